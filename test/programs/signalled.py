"""THREADS Python threads, busy or waiting (MODE), and a handler in C that counts a queued signal: none of those sent may
be lost or handled twice. The count is the first 32-bit word of the file COUNTS."""
import ctypes
import mmap
import os
import signal
import sys
import tempfile
import threading
import time

import oracle

SOURCE = """
#include <signal.h>
static volatile unsigned *count;
static void handle(int number) { (void)number; __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST); }
void count_signals(int number, void *word) {
  count = word;
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  sigaction(number, &action, 0);
}
"""


def spin():
    while True:
        sum(range(100))


def wait():
    time.sleep(3600)


counts, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
folder = tempfile.mkdtemp()
try:
    library = os.path.join(folder, 'count.so')
    with open(library + '.c', 'w') as source:
        source.write(SOURCE)
    if os.system('cc -shared -fPIC -o %s %s.c' % (library, library)) != 0:
        sys.exit(77)
    counting = ctypes.CDLL(library)
finally:
    os.system('rm -r %s' % folder)
with open(counts, 'r+b') as file:
    word = mmap.mmap(file.fileno(), 4096)
counting.count_signals(signal.SIGRTMIN, ctypes.byref(ctypes.c_uint.from_buffer(word)))
oracle.die_eventually()
for number in range(threads):
    body = spin if mode == 'busy' and number < 4 else wait
    threading.Thread(target=body, name='%s-%d' % (mode, number), daemon=True).start()
oracle.say_ready({'signal': int(signal.SIGRTMIN), 'moves': mode == 'busy'})
time.sleep(3600)
