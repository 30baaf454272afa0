"""Ways to hang that need a process for themselves. The argument names the one wanted. Runs on Python 2.7 as far as that has
them."""
import ctypes
import os
import sys
import threading
import time

import oracle
from hang_truth import (
    V, address, forever, kept, start, truth, until_asleep, waits, will_be_found, will_hold, will_wait,
)


def announce():
    oracle.announce(extra=truth)


def rlock_of_the_dead():
    """Its owner has ended. An ident is used again by the next thread, so there must be none after it."""
    lock, go = threading.RLock(), threading.Event()

    def waiter():
        go.wait()
        lock.acquire()

    start('dead waiter', waiter)
    taker = threading.Thread(target=lock.acquire)
    taker.start()
    taker.join()
    # Takes the place of the one that has ended, and keeps it.
    go.set()
    until_asleep('dead waiter')
    will_wait('dead waiter', 'rlock', lock, ['lock'])
    will_be_found('orphaned-lock', 'dead waiter')
    # The oracle's own thread would take over that ident.
    os.write(1, b'')
    oracle.say_ready(dict(truth(), pid=os.getpid()))
    forever()


def forked(lock, kind):
    """A child whose parent's other thread has the lock, and is not there any more."""
    def holder():
        with lock:
            forever()

    start('holder', holder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        oracle.die_eventually()
        name = 'MainThread'
        will_wait(name, kind, lock, ['lock'])
        will_be_found('orphaned-lock', name)
        oracle.say_ready(dict(truth(), pid=os.getpid(), threads=None))
        lock.acquire()
    forever()


def fork_rlock():
    forked(threading.RLock(), 'rlock')


def fork_lock():
    forked(threading.Lock(), 'lock')


def gil_held():
    """C code sleeps and has not let go of the GIL."""
    if not getattr(sys, '_is_gil_enabled', lambda: True)():
        sys.stderr.write('without a GIL nobody waits for it')
        sys.exit(77)

    def holder():
        time.sleep(1)
        ctypes.PyDLL(None).sleep(600)

    def waiter():
        while True:
            time.sleep(0.01)

    names = ['gil waiter one', 'gil waiter two']
    for name in names:
        threading.Thread(target=waiter, name=name, daemon=True).start()
    waits.update({name: {'kind': 'gil', 'address': None, 'names': []} for name in names})
    threading.Thread(target=holder, name='gil holder', daemon=True).start()
    will_be_found('gil-held', 'gil holder', 'MainThread', *names)
    oracle.die_eventually()
    oracle.say_ready(dict(truth(), pid=os.getpid(), moves=True))
    while True:
        time.sleep(0.01)


def without_gil():
    if getattr(sys, '_is_gil_enabled', lambda: True)():
        sys.stderr.write('with a GIL objects have no mutex')
        sys.exit(77)


def object_mutex():
    """Who sorts a list has its mutex, and the key is C code that sleeps."""
    without_gil()
    items, sleep = [3, 2, 1], ctypes.PyDLL(None).sleep

    start('sorting', lambda: items.sort(key=lambda item: sleep(600)))
    start('appending', lambda: items.append(4))
    will_wait('appending', 'object-mutex', items, ['items'])
    will_hold('sorting', items)
    oracle.die_eventually()
    oracle.say_ready(dict(truth(), pid=os.getpid()))
    forever()


def object_mutex_cycle():
    """One has the mutex of a list and wants C code's, which one has that wants the list's."""
    without_gil()
    items, code = [3, 2, 1], ctypes.PyDLL(None)
    mutex = ctypes.create_string_buffer(64)
    taken, sorting = threading.Event(), threading.Event()

    def sort():
        taken.wait()
        items.sort(key=lambda item: sorting.set() or code.pthread_mutex_lock(mutex))

    def append():
        code.pthread_mutex_lock(mutex)
        taken.set()
        sorting.wait()
        time.sleep(0.5)
        items.append(4)

    kept.append(mutex)
    threads = [threading.Thread(target=sort, name='cycle sorting', daemon=True),
               threading.Thread(target=append, name='cycle appending', daemon=True)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    will_wait('cycle appending', 'object-mutex', items, ['items'])
    will_hold('cycle sorting', items)
    waits['cycle sorting'] = {'kind': 'native-mutex', 'address': '0x%x' % ctypes.addressof(mutex), 'names': []}
    will_be_found('deadlock', 'cycle sorting', 'cycle appending')
    oracle.die_eventually()
    oracle.say_ready(dict(truth(), pid=os.getpid()))
    forever()


def stop_held():
    """The collector wants all threads to stand still, and one sleeps in C code that has not let go of anything."""
    import gc
    without_gil()

    def collector():
        time.sleep(1.5)
        gc.collect()

    def other():
        while True:
            time.sleep(0.01)

    start('stop holder', lambda: ctypes.PyDLL(None).sleep(600))
    for name, function in (('collector', collector), ('stopped', other)):
        threading.Thread(target=function, name=name, daemon=True).start()
    for name, kind in (('collector', 'safe-point'), ('stopped', 'attach')):
        waits[name] = {'kind': kind, 'address': None, 'names': []}
    will_be_found('stop-held', 'stop holder', 'collector')
    oracle.die_eventually()
    oracle.say_ready(dict(truth(), pid=os.getpid(), moves=True))
    forever()


def held_by_who_runs():
    lock = threading.Lock()

    def holder():
        number = 0
        with lock:
            while True:
                number += 1

    threading.Thread(target=holder, name='running holder', daemon=True).start()
    while not lock.locked():
        time.sleep(0.01)
    will_hold('running holder', lock, 'probable')
    start('running waiter', lambda: lock.acquire())
    will_wait('running waiter', 'lock', lock, ['lock'])
    oracle.die_eventually()
    oracle.say_ready(dict(truth(), pid=os.getpid(), moves=True))
    forever()


def self_deadlock_main():
    lock = threading.Lock()
    will_wait('MainThread', 'lock', lock, ['lock'])
    will_hold('MainThread', lock)
    will_be_found('self-deadlock', 'MainThread')
    announce()
    with lock:
        with lock:
            pass


def signal_handler():
    """The handler wants the lock that the code has that it interrupted."""
    import signal
    lock = threading.Lock()

    def handler(number, frame):
        with lock:
            pass

    signal.signal(signal.SIGUSR1, handler)
    will_wait('MainThread', 'lock', lock, ['lock'])
    will_hold('MainThread', lock)
    will_be_found('self-deadlock', 'MainThread')
    announce()
    with lock:
        os.kill(os.getpid(), signal.SIGUSR1)
        for _ in range(10 ** 6):
            pass


def wrong_lock():
    """Who waits on the Condition has a lock that whoever would notify it wants."""
    outer, cond = threading.Lock(), threading.Condition()

    def waiter():
        with outer:
            with cond:
                cond.wait()

    def notifier():
        with outer:
            with cond:
                cond.notify()

    start('wrong waiter', waiter)
    start('wrong notifier', notifier)
    will_wait('wrong waiter', 'condition', cond, ['cond'])
    will_wait('wrong notifier', 'lock', outer, ['outer'])
    will_hold('wrong waiter', outer, taken=(waiter, 'with outer'))
    will_be_found('possible-deadlock', 'wrong waiter', 'wrong notifier')
    announce()
    forever()


def wrong_event():
    """The same with an Event, and with a queue."""
    try:
        import queue
    except ImportError:
        import Queue as queue
    lock, happened, table, jobs = threading.Lock(), threading.Event(), threading.RLock(), queue.Queue()

    def waiter():
        with lock:
            happened.wait()

    def setter():
        lock.acquire()
        lock.release()
        happened.set()

    def getter():
        with table:
            jobs.get()

    def putter():
        with table:
            jobs.put(1)

    for name, function in (('event', waiter), ('setter', setter), ('getter', getter), ('putter', putter)):
        start(name, function)
    will_be_found('possible-deadlock', 'event', 'setter')
    will_be_found('possible-deadlock', 'getter', 'putter')
    announce()
    forever()


def timed_cycle():
    """One of them gives up after a while: no deadlock."""
    if V[0] == 2:
        sys.stderr.write('it has no timeouts')
        sys.exit(77)
    first, second = threading.Lock(), threading.Lock()
    has = threading.Event()

    def one():
        with first:
            has.wait()
            if not second.acquire(timeout=3000):
                return

    def other():
        with second:
            has.set()
            with first:
                pass

    start('timed one', one)
    start('timed other', other)
    until_asleep('timed one')
    will_be_found('possible-deadlock', 'timed one', 'timed other')
    announce()
    forever()


def starved_queue():
    """All wait on a queue that nobody is left to fill."""
    try:
        import queue
    except ImportError:
        import Queue as queue
    jobs = queue.Queue()

    def consumer():
        jobs.get()

    names = ['consumer one', 'consumer two']
    threads = [start(name, consumer) for name in names]
    for name in names:
        will_wait(name, 'queue', jobs, ['jobs'])
    will_be_found('queue-starved', *names)
    oracle.announce(extra=truth)
    threads[0].join()


def zombie():
    child = os.fork()
    if child == 0:
        os._exit(0)
    while True:
        with open('/proc/%d/stat' % child) as stat:
            if stat.read().rsplit(')', 1)[1].split()[0] == 'Z':
                break
        time.sleep(0.01)
    will_wait('MainThread', 'timer')
    will_be_found('zombie-child')
    announce()
    forever()


def join_cycle():
    """One holds a lock and joins a thread that wants it."""
    lock = threading.Lock()

    def inner():
        with lock:
            pass

    def outer():
        with lock:
            joined = threading.Thread(target=inner, name='join inner', daemon=True)
            joined.start()
            joined.join()

    start('join outer', outer)
    will_hold('join outer', lock)
    will_be_found('deadlock', 'join outer', 'join inner')
    announce()
    forever()


globals()[sys.argv[1]]()
