"""A process forked off by a thread, while other threads run: the child has only the thread that forked.

Python 3 only: in Python 2 the child keeps the thread states of the others, whose identifiers are used again.
"""
import os
import threading
import time

import oracle


def in_child():
    # A fork leaves the parent's id here, up to 3.12.
    threading.current_thread()._native_id = oracle.native_id()
    oracle.announce()
    time.sleep(3600)


def fork():
    if os.fork() == 0:
        in_child()
    time.sleep(3600)


def rest():
    time.sleep(3600)


oracle.die_eventually()
for number in range(5):
    threading.Thread(target=rest, name='left-behind-%d' % number, daemon=True).start()
threading.Thread(target=fork, name='forker', daemon=True).start()
rest()
