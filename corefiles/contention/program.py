"""Threads that all want the GIL all the time, when a signal ends them. Python 3 only: daemon=."""
import os
import signal
import threading
import time


def compute(limit):
    total = 0
    while total < limit:
        total += 1


for number in range(4):
    threading.Thread(target=compute, args=(10 ** 12,), name='contender-%d' % number, daemon=True).start()
time.sleep(0.3)
os.kill(os.getpid(), signal.SIGQUIT)
time.sleep(60)
