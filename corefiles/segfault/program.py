"""Dereferences a null pointer through ctypes, three calls deep, beside two threads that sleep. Python 3 only: daemon=."""
import ctypes
import threading
import time


def sleeper():
    time.sleep(600)


def outer():
    middle()


def middle():
    inner()


def inner():
    ctypes.string_at(0)


for number in range(2):
    threading.Thread(target=sleeper, name='sleeper-%d' % number, daemon=True).start()
time.sleep(0.2)
outer()
