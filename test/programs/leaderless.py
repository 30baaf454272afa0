"""The main thread of the process has ended, its other threads go on: a zombie by its state, and alive."""
import ctypes
import os
import sys
import threading
import time

import oracle

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 3
SYS_EXIT = {'x86_64': 60, 'aarch64': 93}[os.uname()[4]]


def wait():
    time.sleep(3600)  # here


def tell():
    with open('/proc/self/stat') as stat:
        while stat.read().rsplit(')', 1)[1].split()[0] != 'Z':
            stat.seek(0)
            time.sleep(0.01)
    oracle.say_ready({'oracle': oracle.native_id()})


oracle.die_eventually()
for number in range(COUNT):
    threading.Thread(target=wait, name='left-%d' % number, daemon=True).start()
threading.Thread(target=tell, name='teller', daemon=True).start()
time.sleep(0.2)
ctypes.CDLL(None).syscall(SYS_EXIT, 0)  # of this thread alone; the GIL is free meanwhile
