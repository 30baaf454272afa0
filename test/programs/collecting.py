"""A thread that collects garbage nearly all the time, holding the GIL, beside one that sleeps."""
import gc
import threading
import time

import oracle


class Node:
    pass


def grow(count):
    nodes = [Node() for _ in range(count)]
    for node, other in zip(nodes, nodes[1:] + nodes[:1]):
        node.next = other
    return nodes


kept = grow(400000)
there = []


def collect():
    there.append(True)
    while True:
        gc.collect()
        # Lets the other one in: Python 2 may keep the GIL from it for half a minute and more.
        time.sleep(0.001)


gc.disable()
threading.Thread(target=collect, name='collector', daemon=True).start()
oracle.die_eventually()
while not there:
    time.sleep(0.001)
oracle.say_ready({'moves': True})
time.sleep(3600)
