"""Threads whose stacks cross C again and again, through generators, classes and built-ins: COUNT and DEPTH are the arguments.

Where frames lie others have lain before: many of many kinds, and of those that raised the frame objects live on.
"""
import functools
import re
import sys
import threading
import time

import oracle

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 4
DEPTH = int(sys.argv[2]) if len(sys.argv) > 2 else 3


def waiting():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def plainly(left):
    inner = left - 1
    descend(inner)


def through_sorted(left):
    sorted([left - 1], key=descend)


def through_a_generator(left):
    def steps():
        for one in [left - 1]:
            yield descend(one)

    for _ in steps():
        pass


def through_a_callback(left):
    re.sub('x', lambda _: str(descend(left - 1)), 'x')


class Made(object):
    def __init__(self, left):
        self.left = left
        functools.partial(descend, left - 1)()


def through_two_generators(left):
    def inner():
        yield descend(left - 1)

    def outer():
        for one in inner():
            yield one

    list(outer())


def many(a, b, c, d, e, f, g, h, i, j, k, m):
    return max(a, b, c, d, e, f, g, h, i, j, k, m, key=lambda one: one)


def raising(left, kept):
    if left == 0:
        raise ValueError
    try:
        raising(left - 1, kept)
    except ValueError:
        kept.append(sys.exc_info())
        many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, left)


def few(left):
    return [few(left - 1) for _ in range(1)] if left else many(*range(12))


def stirred():
    kept = []
    raising(5, kept)
    few(4)
    # Deeper than anything that is called here, so that most of its room is what the others have left.
    return [kept, len, (1, 2, 3, 4, 5, 6, 7, 8, 9, (10, 11, 12, 13, 14, kept, (kept, len, kept, (kept, len, kept))))]


WAYS = [plainly, through_sorted, through_a_generator, through_a_callback, Made, through_two_generators]


def descend(left):
    mine = stirred()
    if left == 0:
        waiting()
    else:
        WAYS[left % len(WAYS)](left)
    del mine[:]


for number in range(COUNT):
    thread = threading.Thread(target=descend, args=(DEPTH + number % 7,), name='crossing-%d' % number)
    thread.daemon = True
    thread.start()
if __name__ == '__main__':
    oracle.announce()
    descend(DEPTH)
    time.sleep(3600)
