"""Threads that start and end all the time, each calling a few functions; `->` and `root` as in busy.py."""
import threading
import time

import oracle


def inner(x):
    time.sleep(0.0005)
    return x + 1


def outer():  # root
    x = inner(1)  # -> inner
    return x


def start_many():  # root
    while True:
        threads = []  # -> elsewhere
        for _ in range(8):
            threads.append(threading.Thread(target=outer, name='brief'))  # -> elsewhere
        for thread in threads:
            thread.start()  # -> elsewhere
        for thread in threads:
            thread.join()  # -> elsewhere


# Before it runs: without a GIL, an import beside busy threads waits again and again until all of them stand still.
oracle.die_eventually()
threading.Thread(target=start_many, name='starter', daemon=True).start()
oracle.say_ready({'moves': True})
time.sleep(3600)
