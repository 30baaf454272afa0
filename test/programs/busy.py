"""Threads that call functions of a known call graph as fast as they can. A comment `-> f` marks a line that calls f,
`root` a function that a thread starts with; whoever checks reads them from this file. Arguments: how many such threads,
and whether others are born and die beside them."""
import sys
import threading
import time

import oracle

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 4
CHURN = len(sys.argv) > 2


def leaf(x):
    y = x + 1
    z = y * 2
    return z - y


def short(x):
    return x


def left(x):
    a = leaf(x)  # -> leaf
    b = short(a)  # -> short
    return a + b


def right(x):
    total = 0
    for i in range(3):
        total += short(i)  # -> short
        total += leaf(x)  # -> leaf
    return total


def twist(x, again=1):
    if again:
        return twist(x, again - 1)  # -> twist
    return left(x)  # -> left


def counting(n):
    for i in range(n):
        yield leaf(i)  # -> leaf


def gather(x):
    total = 0
    for value in counting(3):  # -> counting
        total += value
    return total + right(x)  # -> right


class Node:
    def __init__(self, value):
        self.value = short(value)  # -> short

    @property
    def doubled(self):
        return left(self.value)  # -> left


def spin():  # root
    n = 0
    while True:
        n = twist(n) % 7  # -> twist
        n += gather(n) % 5  # -> gather
        node = Node(n)  # -> __init__
        n = node.doubled % 3  # -> doubled
        n = sorted([n, 1], key=short)[0]  # -> short


def passing(x):
    time.sleep(0.0005)
    return leaf(x)  # -> leaf


def outer():  # root
    x = passing(1)  # -> passing
    return x


def start_many():  # root
    while True:
        # The threads of before go with their list, and whoever has weak references to them is called.
        threads = []  # -> elsewhere
        for _ in range(8):
            threads.append(threading.Thread(target=outer, name='brief'))  # -> elsewhere
        for thread in threads:
            thread.start()  # -> elsewhere
        for thread in threads:
            thread.join()  # -> elsewhere
        time.sleep(0.001)


# Before they run: without a GIL, an import beside busy threads waits again and again until all of them stand still.
oracle.die_eventually()
if CHURN:
    threading.Thread(target=start_many, name='starter', daemon=True).start()
for number in range(COUNT):
    threading.Thread(target=spin, name='busy-%d' % number, daemon=True).start()
oracle.say_ready({'moves': True})
time.sleep(3600)
