"""Greenlets of gevent that wait in all ways, and what for: written down by the program. Python 2.7 and 3.6 on; needs gevent.
Arguments: `main`: the main greenlet joins the others; `busy`: one greenlet blocks the hub in time.sleep.
"""
import os
import sys
import time

import oracle

try:
    import gevent
except ImportError:
    sys.exit(77)
import gevent.event
import gevent.lock
import gevent.pool
import gevent.queue
import gevent.socket
import gevent.subprocess
from gevent.util import format_run_info

TRUTH = []


def tell(name, kind, address=None, **more):
    TRUTH.append(dict(more, greenlet=name, kind=kind, address=address))


def spawn(name, function, *args):
    one = gevent.spawn(function, *args)
    one.name = name
    return one


class Account(object):
    def __init__(self):
        self.lock = gevent.lock.RLock()
        self.plain = gevent.lock.BoundedSemaphore(1)


def holds(account, event):
    with account.lock:
        event.wait()


def wants(account):
    with account.lock:
        pass


def holds_plain(account, event):
    with account.plain:
        event.wait()


def wants_plain(account):
    with account.plain:
        pass


def first(a, b):
    with a:
        gevent.sleep(0.01)
        with b:
            pass


def waits_with_timeout(event):
    with gevent.Timeout(3000):
        event.wait()


def reads(sock):
    sock.recv(10)


def blocks():
    gevent.sleep(0.5)
    finish()


def gets(result):
    return result.get()


def joins(other):
    other.join()


def joins_all(others):
    gevent.joinall(others)


def finish():
    oracle.die_eventually()
    oracle.say_ready({
        'waits': TRUTH,
        'greenlets': told(),
        'info': '\n'.join(format_run_info()) if sys.version_info[0] == 3 else '',
        'version': gevent.__version__,
    })
    time.sleep(3600)


def told():
    import gc
    found = []
    for one in gc.get_objects():
        if not isinstance(one, gevent.Greenlet):
            continue
        frame, frames = one.gr_frame, []
        while frame is not None:
            frames.append([frame.f_code.co_name, frame.f_lineno])
            frame = frame.f_back
        found.append({'name': getattr(one, 'name', None), 'address': id(one), 'frames': frames[::-1]})
    return found


def start():
    account, event = Account(), gevent.event.Event()
    keep = [account, event]
    spawn('holds', holds, account, event)
    tell('holds', 'event', id(event), names=['event'])
    gevent.sleep(0)
    wanting = spawn('wants', wants, account)
    tell('wants', 'rlock', id(account.lock), names=['account.lock'], holders=['holds'])
    spawn('holds plain', holds_plain, account, event)
    tell('holds plain', 'event', id(event), names=['event'])
    gevent.sleep(0)
    spawn('wants plain', wants_plain, account)
    tell('wants plain', 'semaphore', id(account.plain), names=['account.plain'], holders=['holds plain'])
    spawn('times out', waits_with_timeout, event)
    tell('times out', 'event', id(event), names=['event'], leftMs=3000000)
    spawn('sleeps', gevent.sleep, 3000)
    tell('sleeps', 'timer', leftMs=3000000)
    a, b = gevent.lock.RLock(), gevent.lock.RLock()
    spawn('a then b', first, a, b)
    spawn('b then a', first, b, a)
    tell('a then b', 'rlock', id(b), names=['b'], holders=['b then a'])
    tell('b then a', 'rlock', id(a), names=['b'], holders=['a then b'])
    ours, theirs = gevent.socket.socketpair()
    keep += [ours, theirs]
    spawn('reads', reads, ours)
    tell('reads', 'socket', fd=ours.fileno())
    queue = gevent.queue.Queue()
    keep.append(queue)
    spawn('gets', gets, queue)
    tell('gets', 'queue', id(queue), names=['result'])
    full = gevent.queue.Queue(1)
    full.put(1)
    spawn('puts', full.put, 2)
    tell('puts', 'queue', id(full))
    result = gevent.event.AsyncResult()
    keep.append(result)
    spawn('result', gets, result)
    tell('result', 'future', id(result), names=['result'])
    spawn('joins', joins, wanting)
    tell('joins', 'greenlet', id(wanting))
    spawn('joins all', joins_all, [wanting, queue and spawn('other', event.wait)])
    tell('joins all', 'greenlets', id(wanting))
    tell('other', 'event', id(event))
    tell('never', 'unstarted')
    if sys.version_info[0] == 3:
        child = gevent.subprocess.Popen(['sleep', '3000'])
        keep.append(child)
        spawn('child', child.wait)
        tell('child', 'future', id(child.result))
    gevent.sleep(0.1)
    never = gevent.Greenlet(event.wait)
    never.name = 'never'
    keep.append(never)
    if sys.argv[1] == 'main':
        import threading
        # From another thread, for this one waits in the hub.
        watch = gevent.monkey.get_original('threading', 'Thread')(target=lambda: (time.sleep(0.3), finish()))
        watch.daemon = True
        watch.start()
        tell('main', 'greenlets', id(wanting))
        gevent.joinall([wanting])
    else:
        spawn('blocks', blocks)
        tell('main', 'greenlets', id(wanting))
        gevent.joinall([wanting])


import gevent.monkey  # noqa: E402
start()
