"""Greenlets of eventlet that wait in all ways, and what for: written down by the program. Python 2.7 and 3.6 on; needs eventlet."""
import sys
import threading
import time

import oracle

try:
    import eventlet
except ImportError:
    sys.exit(77)
import eventlet.event
import eventlet.queue
import eventlet.semaphore
from eventlet.green import socket

TRUTH = []
KEEP = []


def tell(name, kind, address=None, **more):
    TRUTH.append(dict(more, greenlet=name, kind=kind, address=address))


def holds(lock, event):
    with lock:
        event.wait()


def wants(lock):
    with lock:
        pass


def first_then_second(a, b):
    with a:
        eventlet.sleep(0.05)
        with b:
            pass


def second_then_first(a, b):
    with a:
        eventlet.sleep(0.05)
        with b:
            pass


def times_out(event):
    with eventlet.Timeout(3000):
        event.wait()


def sleeps():
    eventlet.sleep(3000)


def reads(sock):
    sock.recv(10)


def gets(queue):
    queue.get()


def joins(thread):
    thread.wait()


def finish():
    time.sleep(0.3)
    oracle.die_eventually()
    oracle.say_ready({'waits': TRUTH, 'version': eventlet.__version__})


def start():
    event, lock = eventlet.event.Event(), eventlet.semaphore.Semaphore(1)
    KEEP.extend([event, lock])
    KEEP.append(eventlet.spawn(holds, lock, event))
    tell('holds', 'event', id(event), names=['event'])
    eventlet.sleep(0.01)
    KEEP.append(eventlet.spawn(wants, lock))
    tell('wants', 'semaphore', id(lock), names=['lock'], holders=['holds'])
    a, b = eventlet.semaphore.Semaphore(1), eventlet.semaphore.Semaphore(1)
    KEEP.append(eventlet.spawn(first_then_second, a, b))
    KEEP.append(eventlet.spawn(second_then_first, b, a))
    tell('first_then_second', 'semaphore', id(b), names=['b'], holders=['second_then_first'])
    tell('second_then_first', 'semaphore', id(a), names=['b'], holders=['first_then_second'])
    KEEP.append(eventlet.spawn(times_out, event))
    tell('times_out', 'event', id(event), names=['event'], leftMs=3000000)
    KEEP.append(eventlet.spawn(sleeps))
    tell('sleeps', 'timer', leftMs=3000000)
    # Of the system's own: eventlet's make green ones.
    ours, theirs = socket.socketpair()
    KEEP.extend([ours, theirs])
    KEEP.append(eventlet.spawn(reads, ours))
    tell('reads', 'socket', fd=ours.fileno())
    queue = eventlet.queue.Queue()
    KEEP.append(queue)
    KEEP.append(eventlet.spawn(gets, queue))
    tell('gets', 'queue', id(queue), names=['queue'])
    other = eventlet.spawn(event.wait)
    KEEP.append(other)
    KEEP.append(eventlet.spawn(joins, other))
    tell('joins', 'event', id(other._exit_event))
    eventlet.sleep(0.2)
    thread = threading.Thread(target=finish)
    thread.daemon = True
    thread.start()
    tell('main', 'event', id(event), names=['event'])
    event.wait()


start()
