"""Many threads, each some frames deep, in different kinds of wait: COUNT and DEPTH are the arguments."""
import os
import select
import socket
import sys
import threading
import time

import oracle

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 40
DEPTH = int(sys.argv[2]) if len(sys.argv) > 2 else 25


def sleeping():
    time.sleep(3600)


def on_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def on_condition():
    condition = threading.Condition()
    with condition:
        # With a time to wait for, Python 2 naps: then it does not stand still.
        condition.wait(3600 if sys.version_info[0] > 2 else None)


def on_pipe():
    reading, _writing = os.pipe()
    os.read(reading, 1)


def on_socket():
    ours, _theirs = socket.socketpair()
    ours.recv(1)


def on_poll():
    reading, _writing = os.pipe()
    poll = select.poll()
    poll.register(reading)
    poll.poll()


def on_epoll():
    reading, _writing = os.pipe()
    epoll = select.epoll()
    epoll.register(reading)
    while True:
        try:
            epoll.poll()
        except IOError:
            # Python 2 leaves it to the program to go on waiting after a stop.
            pass


def on_select():
    reading, _writing = os.pipe()
    select.select([reading], [], [])


WAITS = [sleeping, on_lock, on_condition, on_pipe, on_socket, on_poll, on_epoll, on_select]


def descend(left, wait):
    if left == 0:
        wait()
    else:
        descend(left - 1, wait)


for number in range(COUNT):
    threading.Thread(
        target=descend,
        args=(DEPTH, WAITS[number % len(WAITS)]),
        name='worker-%d' % number,
        daemon=True,
    ).start()
oracle.announce()
sleeping()
