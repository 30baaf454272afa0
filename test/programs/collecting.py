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


def collect():
    while True:
        gc.collect()


gc.disable()
threading.Thread(target=collect, name='collector', daemon=True).start()
oracle.die_eventually()
oracle.say_ready({})
time.sleep(3600)
