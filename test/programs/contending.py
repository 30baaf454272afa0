"""Healthy threads that contend for locks as fast as they can: in one order, so that nobody ever waits for ever.

Locks of every kind, taken by `with` and by acquire(), one inside the other, a Condition with its waiters, a queue.
"""
import sys
import threading
import time

import oracle

if sys.version_info[0] == 2:
    import Queue as queue
else:
    import queue

locks = [threading.Lock(), threading.RLock(), threading.Lock(), threading.RLock()]
condition = threading.Condition(threading.Lock())
jobs = queue.Queue(3)


def in_order():
    while True:
        with locks[0]:
            with locks[1]:
                with locks[2]:
                    pass
            with locks[3]:
                with locks[3]:
                    pass


def by_acquire():
    while True:
        locks[0].acquire()
        try:
            locks[2].acquire()
            locks[2].release()
        finally:
            locks[0].release()


def waits():
    while True:
        with condition:
            condition.wait(0.001)
            with locks[3]:
                condition.notify()


def puts():
    while True:
        jobs.put(1)


def gets():
    while True:
        jobs.get()
        with locks[1], locks[3]:
            pass


for number in range(2):
    for function in (in_order, by_acquire, waits, puts, gets):
        threading.Thread(target=function, name='%s-%d' % (function.__name__, number), daemon=True).start()
oracle.die_eventually()
oracle.say_ready({'moves': True})
time.sleep(3600)
