"""Generators, driven from Python and from C. Python 2 has no coroutines, nor `yield from`."""
import collections
import itertools
import threading
import time

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


def by_for_loop():
    for _ in outer():
        pass


def by_list():
    list(outer())


def by_deque():
    collections.deque(itertools.chain([1], (x for x in outer())), maxlen=0)


def by_send():
    generator = outer()
    generator.send(None)
    generator.send(None)


def thrower():
    try:
        yield
    except ValueError:
        time.sleep(3600)


def by_throw():
    generator = thrower()
    next(generator)
    generator.throw(ValueError())


for target in (by_for_loop, by_list, by_deque, by_send, by_throw):
    threading.Thread(target=target, name=target.__name__, daemon=True).start()
oracle.announce()
time.sleep(3600)
