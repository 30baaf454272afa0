"""Ways in which generators are driven, from Python and from C: what generators.py and its twin of Python 2 share."""
import collections
import itertools
import threading
import time


def by_for_loop(outer):
    for _ in outer():
        pass


def by_list(outer):
    list(outer())


def by_deque(outer):
    collections.deque(itertools.chain([1], (x for x in outer())), maxlen=0)


def by_send(outer):
    generator = outer()
    generator.send(None)
    generator.send(None)


def thrower():
    try:
        yield
    except ValueError:
        time.sleep(3600)


def by_throw(_):
    generator = thrower()
    next(generator)
    generator.throw(ValueError())


def start(outer, *others):
    """A thread for each way in which `outer`, a generator that comes to sleep, can be driven; and for each of `others`."""
    for target in (by_for_loop, by_list, by_deque, by_send, by_throw):
        threading.Thread(target=target, args=(outer,), name=target.__name__, daemon=True).start()
    for target in others:
        threading.Thread(target=target, name=target.__name__, daemon=True).start()
