"""A process whose threads wait for locks of `multiprocessing` that others have: `plain`, `again` (an RLock, taken twice),
`inherited` (by a process and, as it seems, by its child, which a plain fork has made), `ended` (by one that was killed).

Tells who has each. Another process shares them all and has none.
"""
import json
import multiprocessing
import os
import signal
import sys
import threading
import time

import oracle

oracle.die_eventually()


def forked(work):
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        said = work()
        os.write(theirs, str(said or os.getpid()).encode())
        time.sleep(3600)
    said = int(os.read(ours, 100))
    os.close(ours)
    os.close(theirs)
    return pid, said


def take(told, *locks):
    for lock in locks:
        lock.acquire()
    os.write(told, b'.')
    ours, theirs = os.pipe()
    os.read(ours, 1)


def taking(*locks):
    """The id of a process that has taken them, and is in the function that did."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        take(theirs, *locks)
    os.read(ours, 1)
    os.close(ours)
    os.close(theirs)
    return pid


def take_and_fork():
    inherited.acquire()
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        time.sleep(3600)
    return pid


plain, inherited, ended = multiprocessing.Lock(), multiprocessing.Lock(), multiprocessing.Lock()
again = multiprocessing.RLock()
forked(lambda: None)
killed, _ = forked(lambda: ended.acquire() and None)
os.kill(killed, signal.SIGKILL)
os.waitpid(killed, 0)
sharers = {'plain': [taking(plain)], 'again': [taking(again, again)], 'inherited': list(forked(take_and_fork))}
for name, lock in {'plain': plain, 'again': again, 'inherited': inherited, 'ended': ended}.items():
    waiter = threading.Thread(target=lock.acquire, name=name)
    waiter.daemon = True
    waiter.start()
print('ready ' + json.dumps({'pid': os.getpid(), 'sharers': sharers}))
sys.stdout.flush()
time.sleep(3600)
