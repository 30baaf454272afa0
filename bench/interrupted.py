"""Four threads, each in turn computing without the GIL and waiting for a millisecond in epoll_wait, called as C would:
how many of these waits were interrupted? Words of the file COUNTS: waits, and those that ended with EINTR."""
import ctypes
import errno
import mmap
import os
import select
import signal
import sys
import threading
import time
import zlib

libc = ctypes.CDLL(None, use_errno=True)
DATA = bytes(200_000)
lock = threading.Lock()


def work():
    epoll = select.epoll()
    events = ctypes.create_string_buffer(64)
    while True:
        zlib.crc32(DATA)
        ended_early = libc.epoll_wait(epoll.fileno(), events, 1, 1) < 0 and ctypes.get_errno() == errno.EINTR
        with lock:
            counts[0] += 1
            counts[1] += ended_early


signal.alarm(3600)
with open(sys.argv[1], 'r+b') as file:
    counts = memoryview(mmap.mmap(file.fileno(), 4096)).cast('I')
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
os.write(1, b'ready\n')
time.sleep(3600)
