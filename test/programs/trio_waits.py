"""Tasks of trio that wait in all ways, and what for: written down by the program, and trio's own tree of them.
Python 3 only: async. Needs trio; with `anyio`, anyio as well, whose own things it uses on trio.
Arguments: `idle`: the run waits for something to happen; `busy`: one task blocks it.
"""
import os
import socket
import subprocess
import sys
import threading
import time

import oracle

try:
    import trio
except ImportError:
    sys.exit(77)

TRUTH = []


def tell(name, kind, address=None, **more):
    TRUTH.append(dict(more, greenlet=name, kind=kind, address=address))


async def holds(lock, event):
    async with lock:
        await event.wait()


async def wants(lock):
    async with lock:
        pass


async def first(a, b):
    async with a:
        await trio.sleep(0.05)
        async with b:
            pass


async def waits(event):
    await event.wait()


async def with_timeout(event):
    with trio.move_on_after(3000):
        await event.wait()


async def sleeps():
    await trio.sleep(3000)


async def forever():
    await trio.sleep_forever()


async def reads(sock):
    await sock.recv(10)


async def gets(channel):
    await channel.receive()


async def puts(channel):
    await channel.send(1)


async def takes(semaphore):
    async with semaphore:
        await trio.sleep_forever()


async def notified(condition):
    async with condition:
        await condition.wait()


async def in_thread():
    await trio.to_thread.run_sync(time.sleep, 3600)


async def parent(event):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waits, event, name='child 1')
        nursery.start_soon(waits, event, name='child 2')


class Iterates:
    def __init__(self, event):
        self.event = event

    def __aiter__(self):
        return self

    async def __anext__(self):
        await self.event.wait()


async def numbers(event):
    yield 1
    await event.wait()


async def iterates(event):
    async for _ in Iterates(event):
        pass


async def generates(event):
    async for _ in numbers(event):
        pass


async def shielded(event):
    with trio.CancelScope() as scope:
        scope.cancel()
        with trio.CancelScope(shield=True):
            await event.wait()


async def cancelled(event):
    with trio.CancelScope() as scope:
        scope.cancel()
        await trio.lowlevel.wait_task_rescheduled(lambda _: trio.lowlevel.Abort.FAILED)


def frames_of(task):
    found, coro = [], task.coro
    while coro is not None:
        if hasattr(coro, 'cr_frame'):
            frame, coro = coro.cr_frame, coro.cr_await
        elif hasattr(coro, 'gi_frame'):
            frame, coro = coro.gi_frame, coro.gi_yieldfrom
        elif type(coro).__name__ in ('async_generator_asend', 'async_generator_athrow'):
            import gc
            coro = next(one for one in gc.get_referents(coro) if hasattr(one, 'ag_frame'))
            frame, coro = coro.ag_frame, coro.ag_await
        elif type(coro).__name__ == 'coroutine_wrapper':
            import gc
            coro = next(one for one in gc.get_referents(coro) if hasattr(one, 'cr_frame'))
            continue
        else:
            break
        if frame is not None:
            found.append([frame.f_code.co_name, frame.f_lineno])
    return found


def tree():
    told = []
    running = trio.lowlevel.current_task()
    def visit(task, above):
        told.append({
            'name': task.name, 'address': id(task), 'parent': id(above) if above else 0,
            'frames': None if task is running else frames_of(task),
        })
        for nursery in task.child_nurseries:
            for child in nursery.child_tasks:
                visit(child, task)
    visit(trio.lowlevel.current_root_task(), None)
    return told


def finish(told):
    oracle.die_eventually()
    oracle.say_ready({'waits': TRUTH, 'tasks': told, 'version': trio.__version__})


async def tells(nursery):
    # Not from within a task that is told of: its own frames move on.
    await trio.sleep(0.4)
    told = [task for task in tree() if task['name'] != 'tells']
    if sys.argv[1] == 'busy':
        finish(told)
        time.sleep(3600)
    # From another thread, once all of them stand.
    threading.Thread(target=lambda: (time.sleep(0.3), finish(told)), daemon=True).start()


async def main():
    event, lock = trio.Event(), trio.Lock()
    async with trio.open_nursery() as nursery:
        def spawn(name, function, *args):
            nursery.start_soon(function, *args, name=name)
        spawn('holds', holds, lock, event)
        tell('holds', 'event', id(event), names=['event'])
        await trio.sleep(0.02)
        spawn('wants', wants, lock)
        tell('wants', 'lock', id(lock), names=['lock'], holders=['holds'])
        a, b = trio.Lock(), trio.StrictFIFOLock()
        spawn('a then b', first, a, b)
        spawn('b then a', first, b, a)
        tell('a then b', 'lock', id(b), names=['b'], holders=['b then a'])
        tell('b then a', 'lock', id(a), names=['b'], holders=['a then b'])
        spawn('times out', with_timeout, event)
        tell('times out', 'event', id(event), names=['event'], leftMs=3000000)
        spawn('sleeps', sleeps)
        tell('sleeps', 'timer', leftMs=3000000)
        spawn('forever', forever)
        tell('forever', 'timer')
        ours, theirs = trio.socket.socketpair()
        spawn('reads', reads, ours)
        tell('reads', 'socket', fd=ours.fileno())
        send, receive = trio.open_memory_channel(0)
        spawn('gets', gets, receive)
        tell('gets', 'queue', id(receive._state), names=['channel'])
        send2, receive2 = trio.open_memory_channel(0)
        spawn('puts', puts, send2)
        tell('puts', 'queue', id(send2._state), names=['channel'])
        semaphore = trio.Semaphore(1)
        limiter = trio.CapacityLimiter(1)
        for one, name in ((semaphore, 'semaphore'), (limiter, 'limiter')):
            spawn('takes ' + name, takes, one)
            await trio.sleep(0.02)
            spawn('wants ' + name, takes, one)
            owners = {'holders': ['takes limiter']} if name == 'limiter' else {}
            tell('wants ' + name, 'semaphore', id(one), names=['semaphore'], **owners)
        condition = trio.Condition()
        spawn('notified', notified, condition)
        tell('notified', 'condition', id(condition), names=['condition'])
        spawn('in thread', in_thread)
        spawn('parent', parent, event)
        spawn('iterates', iterates, event)
        tell('iterates', 'event', id(event), names=['self.event'])
        spawn('generates', generates, event)
        tell('generates', 'event', id(event), names=['event'])
        spawn('shielded', shielded, event)
        tell('shielded', 'event', id(event), names=['event'])
        spawn('cancelled', cancelled, event)
        spawn('tells', tells, nursery)


trio.run(main)
