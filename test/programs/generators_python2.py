"""Generators, driven from Python and from C. Python 2 has no coroutines, nor `yield from`."""
import time

import driven
import oracle


def innermost():
    time.sleep(3600)
    yield 1


def middle():
    yield 0
    for value in innermost():
        yield value


def outer():
    for value in middle():
        yield value


driven.start(outer)
oracle.announce()
time.sleep(3600)
