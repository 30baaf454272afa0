"""Threads whose stacks cross C again and again, through generators, classes and built-ins: COUNT and DEPTH are the arguments."""
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


WAYS = [plainly, through_sorted, through_a_generator, through_a_callback, Made, through_two_generators]


def descend(left):
    if left == 0:
        waiting()
    else:
        WAYS[left % len(WAYS)](left)


for number in range(COUNT):
    thread = threading.Thread(target=descend, args=(DEPTH + number % 7,), name='crossing-%d' % number)
    thread.daemon = True
    thread.start()
if __name__ == '__main__':
    oracle.announce()
    descend(DEPTH)
    time.sleep(3600)
