"""Threads that stand until they are told something, by a letter through a FIFO (the argument): for looking again."""
import os
import sys
import threading
import time

import oracle

fifo = os.open(sys.argv[1], os.O_RDWR)
may_end = os.pipe()
# How many frames deep the others sleep.
DEPTH = int(sys.argv[2]) if len(sys.argv) > 2 else 1


def sleeping(depth=DEPTH):
    if depth > 1:
        sleeping(depth - 1)
    time.sleep(3600)


def ending():
    os.read(may_end[0], 1)


def obey():
    while True:
        letter = os.read(fifo, 1)
        if letter == b'd':
            obey()  # deeper
        elif letter == b'n':
            threading.Thread(target=sleeping, name='new').start()
        elif letter == b'e':
            os.write(may_end[1], b'.')
        elif letter == b'x':
            idle = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'idle.py')
            os.execv(sys.executable, [sys.executable, idle])
        elif letter == b'q':
            os._exit(0)


for name in ['a', 'b', 'c']:
    threading.Thread(target=sleeping, name=name).start()
threading.Thread(target=ending, name='ending').start()
oracle.announce()
obey()
