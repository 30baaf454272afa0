"""Threads in several kinds of wait, with names, a generator, variables and one of them secret: kept by `pystack snapshot`. Python 3 only: flush=."""
import os
import threading
import time


def sleeping(seconds, password='nobody may know'):
    point = {'x': 1.5, 'tags': ['a', 'ß']}
    time.sleep(seconds)


def on_lock():
    lock = threading.Lock()
    with lock:
        lock.acquire()


def on_pipe():
    reading, writing = os.pipe()
    os.read(reading, 1)


def counting(limit):
    for number in range(limit):
        yield sleeping(3600)


def deep(left):
    return deep(left - 1) if left else list(counting(3))


for name, target in [('sleeper', lambda: sleeping(3600)), ('lock', on_lock), ('поток', on_pipe), ('deep', lambda: deep(12))]:
    threading.Thread(target=target, name=name, daemon=True).start()
time.sleep(0.2)
print('ready', flush=True)
sleeping(3600)
