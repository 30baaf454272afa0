"""Greenlets that stand in many ways, and what Python itself says of each (`gr_frame`). Python 2.7 and 3.6 on; needs greenlet.
Arguments: `main`: the main greenlet of the main thread runs at the end; `other`: another does, and the main one is suspended.
"""
import functools
import sys
import threading
import time

import oracle

try:
    import greenlet as library
except ImportError:
    sys.exit(77)
from greenlet import greenlet, getcurrent

KNOWN = []


def remember(one, what):
    KNOWN.append((one, what))
    return one


def leave(value=None):
    return getcurrent().parent.switch(value)


def plain(a, b):
    x = a + b
    leave(x)


def nested(depth):
    if depth == 0:
        leave()
    else:
        nested(depth - 1)


def by_key(item):
    leave(item)
    return item


def through_sorted():
    sorted([3, 1, 2], key=by_key)


def through_reduce():
    functools.reduce(lambda a, b: leave((a, b)), [1, 2, 3])


class Made(object):
    def __init__(self):
        leave(self)


def through_init():
    Made()


class Adds(object):
    def __add__(self, other):
        return leave(other)


def through_add():
    return Adds() + 1


def numbers():
    yield 1
    leave()
    yield 2


def in_generator():
    for number in numbers():
        [number for _ in range(2)]


def through_all():
    return all(leave() or True for _ in range(3))


def through_eval():
    eval('leave(1)')


def handling():
    try:
        raise ValueError('x')
    except ValueError:
        leave()


def in_finally():
    try:
        pass
    finally:
        leave()


def with_parent():
    # Started from within another greenlet, which is its parent.
    child = remember(greenlet(functools.partial(nested, 2)), 'child')
    child.switch()
    leave()


class Mine(greenlet):
    def run(self, *args):
        leave(args)


def ends():
    return 1


def deeper(depth, body):
    """Starts it from another depth of the C stack, so that more or less of it is saved."""
    if depth:
        return sorted([depth], key=lambda _: deeper(depth - 1, body))
    one = remember(greenlet(body), 'deeper')
    one.switch()


def resumed():
    leave(1)
    leave(2)
    nested(1)


def make():
    bodies = [
        through_sorted, through_reduce, through_init, through_add, in_generator, through_all, through_eval, handling,
        in_finally, with_parent,
    ]
    for body in bodies:
        remember(greenlet(body), body.__name__).switch()
    remember(greenlet(plain), 'plain').switch(1, 2)
    for depth in (0, 1, 200):
        remember(greenlet(nested), 'nested').switch(depth)
    remember(Mine(), 'subclass').switch(1)
    again = remember(greenlet(resumed), 'resumed')
    for _ in range(3):
        again.switch()
    for depth in range(4):
        deeper(depth, functools.partial(nested, depth))
    # Has no frame of Python's at all.
    remember(greenlet(getcurrent().switch), 'in C only').switch()
    remember(greenlet(plain), 'unstarted')
    remember(greenlet(ends), 'dead').switch()


def lines(frame):
    found = []
    while frame is not None:
        found.append([frame.f_code.co_name, frame.f_lineno])
        frame = frame.f_back
    return found[::-1]


def state_of(one, what, frame):
    if one.dead:
        return 'dead'
    if one is getcurrent() or what == 'main of the second':
        return 'running'
    return 'suspended' if frame is not None or one else 'unstarted'


def truth():
    told = []
    for one, what in KNOWN:
        frame = one.gr_frame
        parent = one.parent
        told.append({
            'address': id(one),
            'what': what,
            'state': state_of(one, what, frame),
            'parent': id(parent) if parent is not None else 0,
            'frames': lines(frame),
            'type': type(one).__name__,
        })
    return told


def second_thread(made, go_on):
    remember(getcurrent(), 'main of the second')
    for depth in (0, 3):
        remember(greenlet(nested), 'of the second').switch(depth)
    made.set()
    go_on.wait()


def stay():
    """Runs in a greenlet: the main one is suspended, and its frames are here."""
    finish()


def finish():
    oracle.die_eventually()
    oracle.say_ready({'greenlets': truth(), 'version': library.__version__, 'tid': oracle.native_id()})
    time.sleep(3600)


def start():
    made, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=second_thread, args=(made, go_on), name='second')
    thread.daemon = True
    thread.start()
    made.wait()
    remember(getcurrent(), 'main')
    make()
    time.sleep(0.1)
    if sys.argv[1] == 'main':
        finish()
    else:
        remember(greenlet(stay), 'stays').switch()


start()
