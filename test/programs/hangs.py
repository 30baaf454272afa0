"""Threads that hang in every way a thread can hang beside others, each situation with the truth about it.

One table: each function decorated with `situation` starts its threads and writes down what they wait for. Arguments:
names of the situations wanted; none: all. Runs on Python 2.7 as far as that has them.
"""
import collections
import contextlib
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import oracle
from hang_truth import (
    V, forever, held, kept, nobody_holds, start, truth, until_asleep, waits, will_be_found, will_hold, will_wait,
)

try:
    import ctypes
except ImportError:
    # A build without libffi.
    ctypes = None

if V[0] == 2:
    import Queue as queue
else:
    import queue
    import concurrent.futures

SITUATIONS = collections.OrderedDict()


def situation(since=(2, 7), until=(9, 9)):
    def note(function):
        if since <= V <= until:
            SITUATIONS[function.__name__] = function
        return function
    return note


def rlock_kind():
    # There it is a class of Python around a lock.
    return 'rlock'


# Locks taken by `with`

@situation()
def with_lock():
    lock = threading.Lock()

    def holder():
        with lock:
            forever()

    def waiter():
        with lock:
            pass

    start('with_lock holder', holder)
    start('with_lock waiter', waiter)
    will_wait('with_lock waiter', 'lock', lock, ['lock'])
    will_hold('with_lock holder', lock, taken=(holder, 'with lock'))


@situation()
def with_lock_far_out():
    lock = threading.Lock()

    def deep(n):
        if n == 0:
            forever()
        else:
            deep(n - 1)

    def holder():
        items = [1, 2, 3]
        for item in items:
            with lock:
                try:
                    deep(30 + item)
                finally:
                    items.append(1)

    start('far_out holder', holder)
    start('far_out waiter', lambda: lock.acquire())
    will_wait('far_out waiter', 'lock', lock, ['lock'])
    will_hold('far_out holder', lock, taken=(holder, 'with lock'))


@situation()
def many_waiters():
    lock = threading.Lock()

    def holder():
        with lock:
            forever()

    def waiter():
        with lock:
            pass

    start('many holder', holder)
    for n in range(5):
        start('many waiter %d' % n, waiter)
        will_wait('many waiter %d' % n, 'lock', lock, ['lock'])
    will_hold('many holder', lock, taken=(holder, 'with lock'))


@situation()
def two_withs():
    first, second = threading.Lock(), threading.Lock()

    def holder():
        with first, second:
            forever()

    def waiter(lock):
        with lock:
            pass

    start('two_withs holder', holder)
    start('two_withs first', waiter, first)
    start('two_withs second', waiter, second)
    will_wait('two_withs first', 'lock', first, ['lock'])
    will_wait('two_withs second', 'lock', second, ['lock'])
    will_hold('two_withs holder', first)
    will_hold('two_withs holder', second)


@situation()
def held_while_handling():
    lock = threading.Lock()

    def holder():
        with lock:
            try:
                {}['missing']
            except KeyError:
                forever()

    start('handling holder', holder)
    start('handling waiter', lambda: lock.acquire())
    will_wait('handling waiter', 'lock', lock, ['lock'])
    will_hold('handling holder', lock, taken=(holder, 'with lock'))


@situation()
def held_by_generator():
    """The frame that holds it is on nobody's stack."""
    lock = threading.Lock()

    @contextlib.contextmanager
    def locked():
        with lock:
            yield

    def holder():
        with locked():
            forever()

    start('generator holder', holder)
    start('generator waiter', lambda: lock.acquire())
    will_wait('generator waiter', 'lock', lock, ['lock'])
    will_hold('generator holder', lock, taken=(holder, 'with locked()'))


@situation()
def on_lines_of_their_own():
    """Each `with` in its place: one after another, one inside the other, in a handler, on several lines."""
    first, second, third = threading.Lock(), threading.RLock(), threading.Lock()

    def holder(other):
        with first:
            pass
        with other:
            try:
                with first:  # again
                    raise KeyError
            except KeyError:
                try:
                    with second as got, \
                            third:
                        for n in range(3):
                            with other:
                                pass
                        try:
                            forever()
                        finally:
                            got.release
                finally:
                    third.locked()

    start('lines holder', holder, threading.RLock())
    for name, lock in (('second', second), ('third', third)):
        start('lines %s' % name, lock.acquire)
    will_hold('lines holder', second, taken=(holder, 'with second'))
    # Up to 3.7 and where there is but one line to a statement, its second lock is taken on its first line.
    will_hold('lines holder', third)


@situation(since=(3, 6))
def held_by_exit_stack():
    first, second, third = threading.Lock(), threading.RLock(), threading.Lock()

    @contextlib.contextmanager
    def locked():
        with third:
            yield

    def holder():
        with contextlib.ExitStack() as stack:
            for lock in (first, second):
                stack.enter_context(lock)  # here
            stack.callback(len, 'nothing')
            # Through two more.
            inner = stack.enter_context(contextlib.ExitStack())
            inner.enter_context(locked())
            forever()

    start('stack holder', holder)
    for name, lock in (('first', first), ('second', second), ('third', third)):
        start('stack %s' % name, lock.acquire)
        will_wait('stack %s' % name, 'rlock' if lock is second else 'lock', lock)
    will_hold('stack holder', first)
    will_hold('stack holder', second)
    will_hold('stack holder', third)


@situation(since=(3, 6))
def held_by_stack_in_variable():
    """It is in no `with`: nothing tells for certain who took it."""
    lock = threading.Lock()

    def holder():
        stack = contextlib.ExitStack()
        stack.enter_context(lock)
        forever()
        stack.close()

    start('variable holder', holder)
    start('variable waiter', lambda: lock.acquire())
    will_hold('variable holder', lock, 'probable', taken=(holder, 'enter_context'))


@situation()
def held_by_loop():
    """A generator that is looped over, inside its `with`."""
    lock = threading.Lock()

    def rows():
        with lock:
            for n in range(3):
                yield n

    def holder():
        for _ in rows():
            forever()

    start('loop holder', holder)
    start('loop waiter', lambda: lock.acquire())
    will_wait('loop waiter', 'lock', lock, ['lock'])
    will_hold('loop holder', lock, 'probable')


@situation()
def left_by_generator():
    """It has left its `with`, and stands after it."""
    lock = threading.Lock()

    @contextlib.contextmanager
    def unlocked():
        with lock:
            pass
        yield

    def first():
        with unlocked():
            forever()

    def second():
        with lock:
            forever()

    start('unlocked first', first)
    start('unlocked second', second)
    start('unlocked waiter', lambda: lock.acquire())
    will_hold('unlocked second', lock)


@situation(since=(3, 7))
def not_entered():
    """Managers that have a lock and do not take it."""
    lock = threading.Lock()

    def first():
        with contextlib.nullcontext(lock):
            forever()

    start('not entered first', first)
    threading.Thread(target=lock.acquire).start()
    start('not entered waiter', lambda: lock.acquire())
    will_wait('not entered waiter', 'lock', lock, ['lock'])
    nobody_holds(lock)


@situation()
def held_by_guard():
    class Guard(object):
        def __init__(self):
            self.inner = threading.Lock()

        def __enter__(self):
            self.inner.acquire()

        def __exit__(self, *what):
            self.inner.release()

    guard = Guard()

    def holder():
        with guard:
            forever()

    def waiter():
        with guard:
            pass

    start('guard holder', holder)
    start('guard waiter', waiter)
    will_wait('guard waiter', 'lock', guard.inner, ['self.inner'])
    will_hold('guard holder', guard.inner, 'probable', taken=(holder, 'with guard'))


# Locks taken by acquire()

@situation()
def acquire_release():
    lock = threading.Lock()

    def holder():
        lock.acquire()
        try:
            forever()
        finally:
            lock.release()

    start('acquire holder', holder)
    start('acquire waiter', lambda: lock.acquire())
    will_wait('acquire waiter', 'lock', lock, ['lock'])
    will_hold('acquire holder', lock, 'probable', taken=(holder, 'lock.acquire()'))


@situation()
def acquire_in_method():
    class Service(object):
        def __init__(self):
            self._lock = threading.Lock()

        def serve(self):
            self._lock.acquire()
            forever()
            self._lock.release()

        def wait(self):
            self._lock.acquire()

    service = Service()
    start('method holder', service.serve)
    start('method waiter', service.wait)
    will_wait('method waiter', 'lock', service._lock, ['self._lock'])
    will_hold('method holder', service._lock, 'probable', taken=(Service.serve, '_lock.acquire()'))


GLOBAL_LOCK = threading.Lock()


@situation()
def acquire_global():
    def holder():
        GLOBAL_LOCK.acquire()
        try:
            forever()
        finally:
            GLOBAL_LOCK.release()

    def waiter():
        with GLOBAL_LOCK:
            pass

    start('global holder', holder)
    start('global waiter', waiter)
    will_wait('global waiter', 'lock', GLOBAL_LOCK, ['GLOBAL_LOCK', '__main__.GLOBAL_LOCK'])
    will_hold('global holder', GLOBAL_LOCK, 'probable', taken=(holder, 'LOCK.acquire()'))


@situation()
def acquire_through_two():
    class Inner(object):
        def __init__(self):
            self.lock = threading.Lock()

    class Outer(object):
        def __init__(self):
            self.inner = Inner()

        def serve(self):
            self.inner.lock.acquire()
            try:
                forever()
            finally:
                self.inner.lock.release()

        def wait(self):
            with self.inner.lock:
                pass

    outer = Outer()
    start('through holder', outer.serve)
    start('through waiter', outer.wait)
    will_wait('through waiter', 'lock', outer.inner.lock, ['self.inner.lock'])
    will_hold('through holder', outer.inner.lock, 'probable', taken=(Outer.serve, 'lock.acquire()'))


@situation()
def released_and_taken_again():
    """The first has let go of it, though its frame still reads acquire before and release after."""
    lock, gone_on = threading.Lock(), threading.Event()

    def first():
        lock.acquire()
        lock.release()
        gone_on.set()
        forever()
        lock.acquire()
        lock.release()

    def second():
        with lock:
            forever()

    start('again first', first)
    start('again second', second)
    start('again waiter', lambda: lock.acquire())
    will_wait('again waiter', 'lock', lock, ['lock'])
    will_hold('again second', lock, taken=(second, 'with lock'))


@situation()
def passed_on():
    """Taken by one thread, released by another, taken by a third."""
    lock = threading.Lock()

    def first():
        lock.acquire()
        forever()
        lock.release()

    def second():
        lock.release()
        forever()

    def third():
        with lock:
            forever()

    start('passed first', first)
    start('passed second', second)
    start('passed third', third)
    start('passed waiter', lambda: lock.acquire())
    will_wait('passed waiter', 'lock', lock, ['lock'])
    will_hold('passed third', lock, taken=(third, 'with lock'))


@situation()
def released_by_another():
    """It is free: who took it last does not hold it. Nobody waits for it either."""
    lock = threading.Lock()

    def first():
        lock.acquire()
        forever()
        lock.release()

    start('freed first', first)
    lock.release()
    nobody_holds(lock)
    will_wait('freed first', 'timer')


@situation()
def with_left():
    """Slots of the frame above its live depth still point to what it held before."""
    lock = threading.Lock()

    def first():
        with lock:
            with lock_of_first:
                pass
        forever()

    def second():
        with lock:
            forever()

    lock_of_first = threading.Lock()
    start('left first', first)
    start('left second', second)
    start('left waiter', lambda: lock.acquire())
    will_wait('left waiter', 'lock', lock, ['lock'])
    will_hold('left second', lock, taken=(second, 'with lock'))


@situation()
def held_by_nobody():
    """Taken by a thread that has ended since."""
    lock = threading.Lock()
    taker = threading.Thread(target=lock.acquire)
    taker.start()
    taker.join()
    start('ended waiter', lambda: lock.acquire())
    will_wait('ended waiter', 'lock', lock, ['lock'])
    nobody_holds(lock)


@situation()
def tried_in_vain():
    """acquire(False) did not get it."""
    lock = threading.Lock()

    def holder():
        with lock:
            forever()

    def tried():
        got = lock.acquire(False)
        forever()
        if got:
            lock.release()

    start('tried holder', holder)
    start('tried first', tried)
    start('tried waiter', lambda: lock.acquire())
    will_wait('tried waiter', 'lock', lock, ['lock'])
    will_hold('tried holder', lock, taken=(holder, 'with lock'))


# Reentrant ones

@situation()
def rlock():
    lock = threading.RLock()

    def holder():
        with lock:
            forever()

    def waiter():
        with lock:
            pass

    start('rlock holder', holder)
    start('rlock waiter', waiter)
    will_wait('rlock waiter', rlock_kind(), lock, ['lock'])
    will_hold('rlock holder', lock, taken=(holder, 'with lock'))


@situation()
def rlock_recursive():
    lock = threading.RLock()

    def holder():
        lock.acquire()
        with lock:
            lock.acquire()
            lock.release()
            forever()

    start('recursive holder', holder)
    start('recursive waiter', lambda: lock.acquire())
    will_wait('recursive waiter', rlock_kind(), lock, ['lock'])
    will_hold('recursive holder', lock, taken=(holder, 'with lock'))


# Where the lock is kept

@situation()
def in_slot():
    class Slotted(object):
        __slots__ = ('guard',)

        def wait(self):
            with self.guard:
                pass

    slotted = Slotted()
    slotted.guard = threading.Lock()
    slotted.guard.acquire()
    start('slot waiter', slotted.wait)
    will_wait('slot waiter', 'lock', slotted.guard, ['self.guard'])


@situation()
def in_dict():
    locks = {'one': threading.Lock(), 'two': threading.Lock()}
    locks['two'].acquire()

    def waiter(table):
        with table['two']:
            pass

    start('dict waiter', waiter, locks)
    will_wait('dict waiter', 'lock', locks['two'], ["table['two']"])


@situation()
def in_class():
    class Shared(object):
        lock = threading.Lock()

        def wait(self):
            with self.lock:
                pass

    Shared.lock.acquire()
    start('class waiter', Shared().wait)
    will_wait('class waiter', 'lock', Shared.lock, ['self.lock'])


# Conditions and what is made of them

@situation()
def condition():
    """A waiter has released the lock of the condition, though its frame is inside `with`."""
    cond = threading.Condition()

    def waiter():
        with cond:
            cond.wait()

    start('condition waiter', waiter)
    will_wait('condition waiter', 'condition', cond, ['cond'])
    nobody_holds(cond._Condition__lock if V[0] == 2 else cond._lock)


@situation()
def condition_with_lock():
    cond = threading.Condition(threading.Lock())
    inner = cond._Condition__lock if V[0] == 2 else cond._lock

    def waiter():
        with cond:
            cond.wait()

    def holder():
        with cond:
            forever()

    start('condlock waiter', waiter)
    start('condlock holder', holder)
    start('condlock entering', waiter)
    will_wait('condlock waiter', 'condition', cond, ['cond'])
    will_wait('condlock entering', 'lock', inner, ['cond._lock', 'cond', 'cond.__lock', 'cond._Condition__lock'])
    will_hold('condlock holder', inner, taken=(holder, 'with cond'))


@situation()
def condition_lock_held():
    cond = threading.Condition()
    inner = cond._Condition__lock if V[0] == 2 else cond._lock

    def holder():
        with cond:
            forever()

    def waiter():
        with cond:
            pass

    start('condheld holder', holder)
    start('condheld waiter', waiter)
    will_wait('condheld waiter', rlock_kind(), inner, ['cond._lock', 'cond', 'cond._Condition__lock'])
    will_hold('condheld holder', inner)


@situation()
def condition_notified():
    """Notified, it wants the lock back from who notified it."""
    cond = threading.Condition()
    inner = cond._Condition__lock if V[0] == 2 else cond._lock

    def waiter():
        with cond:
            cond.wait()

    def notifier():
        with cond:
            cond.notify()
            forever()

    start('notified waiter', waiter)
    start('notified holder', notifier)
    will_wait('notified waiter', rlock_kind(), inner, ['cond._lock', 'cond', 'cond._Condition__lock'])
    will_hold('notified holder', inner)


@situation(since=(3, 6))
def condition_timed():
    cond = threading.Condition()

    def waiter():
        with cond:
            cond.wait(3000)

    start('condtimed waiter', waiter)
    will_wait('condtimed waiter', 'condition', cond, ['cond'])


@situation(since=(3, 6))
def condition_for():
    cond = threading.Condition()

    def waiter():
        with cond:
            cond.wait_for(lambda: False)

    start('condfor waiter', waiter)
    will_wait('condfor waiter', 'condition', cond, ['cond'])


@situation(since=(3, 6))
def condition_subclass():
    class Mine(threading.Condition):
        pass

    cond = Mine()

    def waiter():
        with cond:
            cond.wait()

    start('condsub waiter', waiter)
    will_wait('condsub waiter', 'condition', cond, ['cond'])


@situation()
def event():
    happened = threading.Event()
    start('event waiter', lambda: happened.wait())
    will_wait('event waiter', 'event', happened, ['happened'])


@situation(since=(3, 6))
def event_timed():
    happened = threading.Event()
    start('evtimed waiter', lambda: happened.wait(3000))
    will_wait('evtimed waiter', 'event', happened, ['happened'])


@situation()
def semaphore():
    places = threading.Semaphore(1)

    def holder():
        with places:
            forever()

    def waiter():
        with places:
            pass

    start('semaphore holder', holder)
    start('semaphore waiter', waiter)
    will_wait('semaphore waiter', 'semaphore', places, ['places'])


@situation(since=(3, 6))
def bounded_semaphore():
    places = threading.BoundedSemaphore(1)
    places.acquire()
    start('bounded waiter', lambda: places.acquire())
    will_wait('bounded waiter', 'semaphore', places, ['places'])


@situation(since=(3, 6))
def barrier():
    meeting = threading.Barrier(3)
    start('barrier one', lambda: meeting.wait())
    start('barrier two', lambda: meeting.wait())
    will_wait('barrier one', 'barrier', meeting, ['meeting'])
    will_wait('barrier two', 'barrier', meeting, ['meeting'])


@situation()
def queue_empty():
    jobs = queue.Queue(10)
    start('queue getter', lambda: jobs.get())
    start('queue second', lambda: jobs.get())
    will_wait('queue getter', 'queue', jobs, ['jobs'])
    will_wait('queue second', 'queue', jobs, ['jobs'])


@situation(since=(3, 6))
def queue_timed():
    jobs = queue.Queue()
    start('qtimed getter', lambda: jobs.get(timeout=3000))
    will_wait('qtimed getter', 'queue', jobs, ['jobs'])


@situation()
def queue_full():
    jobs = queue.Queue(1)
    jobs.put(1)
    start('queue putter', lambda: jobs.put(2))
    will_wait('queue putter', 'queue', jobs, ['jobs'])


@situation()
def queue_join():
    jobs = queue.Queue()
    jobs.put(1)
    start('queue joiner', lambda: jobs.join())
    will_wait('queue joiner', 'queue', jobs, ['jobs'])


@situation(since=(3, 6))
def priority_queue():
    jobs = queue.PriorityQueue()
    start('priority getter', lambda: jobs.get())
    will_wait('priority getter', 'queue', jobs, ['jobs'])


@situation(since=(3, 7))
def simple_queue():
    jobs = queue.SimpleQueue()
    start('simple getter', lambda: jobs.get())
    will_wait('simple getter', 'simple-queue', jobs, ['jobs'])


@situation()
def join():
    sleeper = threading.Thread(target=forever, name='join sleeper', daemon=True)
    sleeper.start()
    start('join joiner', lambda: sleeper.join())
    will_wait('join joiner', 'join', sleeper, ['sleeper'])


@situation(since=(3, 6))
def join_timed():
    sleeper = threading.Thread(target=forever, name='jtimed sleeper', daemon=True)
    sleeper.start()
    start('jtimed joiner', lambda: sleeper.join(3000))
    will_wait('jtimed joiner', 'join', sleeper, ['sleeper'])


@situation(since=(3, 6))
def future():
    promised = concurrent.futures.Future()
    start('future waiter', lambda: promised.result())
    start('future exception', lambda: promised.exception())
    will_wait('future waiter', 'future', promised, ['promised'])
    will_wait('future exception', 'future', promised, ['promised'])


@situation(since=(3, 6))
def futures():
    promised = [concurrent.futures.Future(), concurrent.futures.Future()]
    start('futures waiter', lambda: concurrent.futures.wait(promised))
    will_wait('futures waiter', 'future', None, [])


# Locks between processes

def multiprocessing_or_none():
    import multiprocessing
    return multiprocessing


@situation()
def process_lock():
    lock = multiprocessing_or_none().Lock()

    def holder():
        with lock:
            forever()

    def waiter():
        with lock:
            pass

    start('mplock holder', holder)
    start('mplock waiter', waiter)
    will_wait('mplock waiter', 'process-lock', lock._semlock, ['lock', 'lock._semlock', 'self._semlock'])
    will_hold('mplock holder', lock._semlock)


@situation()
def process_rlock():
    lock = multiprocessing_or_none().RLock()

    def holder():
        lock.acquire()
        lock.acquire()
        forever()

    start('mprlock holder', holder)
    start('mprlock waiter', lambda: lock.acquire())
    will_wait('mprlock waiter', 'process-lock', lock._semlock, ['lock', 'lock._semlock'])
    will_hold('mprlock holder', lock._semlock)


@situation()
def process_semaphore():
    places = multiprocessing_or_none().Semaphore(0)
    start('mpsemaphore waiter', lambda: places.acquire())
    will_wait('mpsemaphore waiter', 'process-semaphore', places._semlock, ['places', 'places._semlock'])


@situation(since=(3, 6))
def process_condition():
    cond = multiprocessing_or_none().Condition()

    def waiter():
        with cond:
            cond.wait()

    start('mpcondition waiter', waiter)
    will_wait('mpcondition waiter', 'condition', cond, ['cond'])
    nobody_holds(cond._lock._semlock)


@situation(since=(3, 6))
def process_event():
    happened = multiprocessing_or_none().Event()
    start('mpevent waiter', lambda: happened.wait())
    will_wait('mpevent waiter', 'event', happened, ['happened'])


@situation(since=(3, 6))
def process_queue():
    """The first reads the pipe with the lock of the readers taken, for which the second waits."""
    jobs = multiprocessing_or_none().Queue()
    start('mpqueue first', lambda: jobs.get())
    start('mpqueue second', lambda: jobs.get())
    will_wait('mpqueue first', 'queue', jobs, ['jobs'])
    will_wait('mpqueue second', 'queue', jobs, ['jobs'])
    will_hold('mpqueue first', jobs._rlock._semlock)


# Cycles

@situation()
def abba():
    one, two = threading.Lock(), threading.Lock()
    first_has = threading.Event()

    def first():
        with one:
            first_has.wait()
            with two:
                pass

    def second():
        with two:
            first_has.set()
            with one:
                pass

    start('abba first', first)
    start('abba second', second)
    until_asleep('abba first')
    will_wait('abba first', 'lock', two, ['two'])
    will_wait('abba second', 'lock', one, ['one'])
    will_hold('abba first', one)
    will_hold('abba second', two)
    will_be_found('deadlock', 'abba first', 'abba second')


@situation()
def three_way():
    """Lock -> RLock -> Lock, and a condition waited for within."""
    one, two, three = threading.Lock(), threading.RLock(), threading.Lock()
    decoy = threading.Condition()
    go = [threading.Event() for _ in range(3)]

    def taker(mine, wanted, ready):
        with mine:
            ready.wait()
            with wanted:
                pass

    def bystander():
        with decoy:
            decoy.wait()

    names = ['three first', 'three second', 'three third']
    for name, mine, wanted, ready in zip(names, [one, two, three], [two, three, one], go):
        start(name, taker, mine, wanted, ready)
    start('three bystander', bystander)
    for ready in go:
        ready.set()
    for name in names:
        until_asleep(name)
    will_wait('three first', rlock_kind(), two, ['wanted'])
    will_wait('three second', 'lock', three, ['wanted'])
    will_wait('three third', 'lock', one, ['wanted'])
    will_wait('three bystander', 'condition', decoy, ['decoy'])
    will_hold('three first', one)
    will_hold('three second', two)
    will_hold('three third', three)
    will_be_found('deadlock', *names)


@situation()
def with_oneself():
    lock = threading.Lock()

    def outer():
        with lock:
            inner()

    def inner():
        with lock:
            pass

    start('oneself', outer)
    will_wait('oneself', 'lock', lock, ['lock'])
    will_hold('oneself', lock)
    will_be_found('self-deadlock', 'oneself')


@situation()
def through_condition():
    """One holds the lock of a condition and wants a lock, whose holder wants the condition."""
    cond, lock = threading.Condition(), threading.Lock()
    inner = cond._Condition__lock if V[0] == 2 else cond._lock
    go = threading.Event()

    def first():
        with cond:
            go.wait()
            with lock:
                pass

    def second():
        with lock:
            go.set()
            with cond:
                pass

    start('through first', first)
    start('through second', second)
    until_asleep('through first')
    will_wait('through first', 'lock', lock, ['lock'])
    will_wait('through second', rlock_kind(), inner, ['cond._lock', 'cond', 'cond._Condition__lock'])
    will_hold('through first', inner)
    will_hold('through second', lock)
    will_be_found('deadlock', 'through first', 'through second')


@situation()
def cycle_by_acquire():
    """Nothing in the frames says it: it may be a deadlock."""
    one, two = threading.Lock(), threading.Lock()
    go = threading.Event()

    def first():
        one.acquire()
        try:
            go.wait()
            two.acquire()
            two.release()
        finally:
            one.release()

    def second():
        two.acquire()
        try:
            go.set()
            one.acquire()
            one.release()
        finally:
            two.release()

    start('acquired first', first)
    start('acquired second', second)
    until_asleep('acquired first')
    will_wait('acquired first', 'lock', two, ['two'])
    will_wait('acquired second', 'lock', one, ['one'])
    will_hold('acquired first', one, 'probable')
    will_hold('acquired second', two, 'probable')
    will_be_found('possible-deadlock', 'acquired first', 'acquired second')


@situation(since=(3, 6))
def starved_pool():
    """Its only worker waits for what only it could do."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    told = []

    def outer():
        inner = pool.submit(forever)
        told.append(inner)
        inner.result()

    pool.submit(outer)
    while not told:
        time.sleep(0.01)
    worker = next(iter(pool._threads))
    will_wait(worker.name, 'future', told[0], ['inner'])
    will_be_found('pool-starved', worker.name)


# Imports

@situation(since=(3, 6))
def importing():
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, 'never_loaded.py'), 'w') as text:
        text.write('import time\ntime.sleep(3600)\n')
    sys.path.insert(0, folder)

    def load():
        import never_loaded

    start('import first', load)
    start('import second', load)
    sys.path.remove(folder)
    lock = sys.modules['importlib._bootstrap'] if 'importlib._bootstrap' in sys.modules else None
    import _frozen_importlib
    module_lock = _frozen_importlib._module_locks['never_loaded']()
    will_wait('import second', 'import-lock', module_lock, ['never_loaded'])
    will_hold('import first', module_lock)
    os.unlink(os.path.join(folder, 'never_loaded.py'))
    os.rmdir(folder)


IMPORT_LOCK = threading.Lock()


@situation(since=(3, 6))
def import_deadlock():
    """One imports a module whose body wants a lock that is held by one who wants that module."""
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, 'half_loaded.py'), 'w') as text:
        text.write('import __main__\n__main__.in_body.set()\nwith __main__.IMPORT_LOCK:\n    pass\n')
    sys.path.insert(0, folder)
    in_body = threading.Event()
    sys.modules['__main__'].in_body = in_body

    def load():
        import half_loaded

    def holder():
        with IMPORT_LOCK:
            in_body.wait()
            import half_loaded

    start('importing holder', holder)
    start('importing loader', load)
    until_asleep('importing holder')
    sys.path.remove(folder)
    import _frozen_importlib
    module_lock = _frozen_importlib._module_locks['half_loaded']()
    will_wait('importing loader', 'lock', IMPORT_LOCK, [])
    will_wait('importing holder', 'import-lock', module_lock, ['half_loaded'])
    will_hold('importing holder', IMPORT_LOCK)
    will_hold('importing loader', module_lock)
    will_be_found('import-deadlock', 'importing loader', 'importing holder')


# What the kernel waits for

@situation()
def timer():
    start('timer', forever)
    will_wait('timer', 'timer')


@situation(since=(3, 6))
def signal_wait():
    start('signal', lambda: signal.sigwait([signal.SIGUSR1]))
    will_wait('signal', 'signal')


@situation()
def sockets():
    ours, theirs = socket.socketpair()
    kept.extend([ours, theirs])
    start('socket', lambda: ours.recv(1))
    will_wait('socket', 'socket')


@situation()
def pipes():
    ours, theirs = os.pipe()
    kept.extend([ours, theirs])
    start('pipe', lambda: os.read(ours, 1))
    will_wait('pipe', 'pipe')


@situation()
def polls():
    ours, theirs = os.pipe()
    kept.extend([ours, theirs])
    start('select', lambda: select.select([ours], [], []))
    poll = select.poll()
    poll.register(ours, select.POLLIN)
    start('poll', poll.poll)
    epoll = select.epoll()
    epoll.register(ours, select.POLLIN)
    start('epoll', epoll.poll)
    will_wait('select', 'poll')
    will_wait('poll', 'poll')
    will_wait('epoll', 'poll')


@situation()
def child():
    process = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
    kept.append(process)
    start('child', process.wait)
    will_wait('child', 'child')


@situation()
def file_lock():
    path = tempfile.NamedTemporaryFile()
    kept.append(path)

    def holder():
        with open(path.name) as mine:
            fcntl.flock(mine, fcntl.LOCK_EX)
            forever()

    def waiter():
        with open(path.name) as mine:
            fcntl.flock(mine, fcntl.LOCK_EX)

    start('flock holder', holder)
    start('flock waiter', waiter)
    will_wait('flock waiter', 'file-lock')


@situation()
def posix_lock():
    path = tempfile.NamedTemporaryFile()
    kept.append(path)
    program = (
        'import fcntl, sys, time\nf = open(sys.argv[1], "r+")\nfcntl.lockf(f, fcntl.LOCK_EX)\n'
        'sys.stdout.write("x")\nsys.stdout.flush()\ntime.sleep(600)\n')
    process = subprocess.Popen([sys.executable, '-c', program, path.name], stdout=subprocess.PIPE)
    kept.append(process)
    process.stdout.read(1)

    def waiter():
        with open(path.name, 'r+') as mine:
            fcntl.lockf(mine, fcntl.LOCK_EX)

    start('posix waiter', waiter)
    will_wait('posix waiter', 'file-lock')


@situation(since=(3, 6))
def stream_lock():
    """One reads a pipe through a buffer, whose lock the other wants."""
    ours, theirs = os.pipe()
    reader = os.fdopen(ours, 'rb')
    kept.extend([reader, theirs])
    start('stream first', lambda: reader.read(10))
    start('stream second', lambda: reader.read(10))
    will_wait('stream first', 'pipe')
    will_wait('stream second', 'stream-lock', reader, ['reader'])
    will_hold('stream first', reader)


@situation()
def native_mutex():
    """A pthread mutex, taken by one thread, as C code does."""
    if ctypes is None:
        return
    libc = ctypes.CDLL(None)
    mutex = ctypes.create_string_buffer(64)
    kept.append(mutex)

    def holder():
        libc.pthread_mutex_lock(mutex)
        forever()

    def waiter():
        libc.pthread_mutex_lock(mutex)

    start('mutex holder', holder)
    start('mutex waiter', waiter)
    waits['mutex waiter'] = {'kind': 'native-mutex', 'address': '0x%x' % ctypes.addressof(mutex), 'names': []}
    held['0x%x' % ctypes.addressof(mutex)] = [{'thread': 'mutex holder', 'how': 'exact'}]


wanted = sys.argv[1:] or list(SITUATIONS)
unknown = [name for name in wanted if name not in SITUATIONS]
if unknown:
    sys.stderr.write('not on this Python: %s' % ', '.join(unknown))
    sys.exit(77)
for each in wanted:
    SITUATIONS[each]()
oracle.announce(extra=lambda: dict(truth(), situations=wanted))
forever()
