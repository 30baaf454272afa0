"""Tasks of anyio that wait in all ways, and what for: written down by the program. The argument: `asyncio` or `trio`, which runs it.
Python 3 only: async. Needs anyio.
"""
import sys
import threading
import time

import oracle

try:
    import anyio
except ImportError:
    sys.exit(77)
if sys.version_info < (3, 8):
    # Tasks of asyncio have no names.
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
        await anyio.sleep(0.05)
        async with b:
            pass


async def sleeps():
    await anyio.sleep(3000)


async def takes(limiter):
    async with limiter:
        await anyio.sleep(3000)


async def gets(channel):
    await channel.receive()


async def waits(event):
    await event.wait()


async def parent(event):
    async with anyio.create_task_group() as group:
        group.start_soon(waits, event, name='child 1')
        group.start_soon(waits, event, name='child 2')


async def main(backend):
    event, lock = anyio.Event(), anyio.Lock()
    # The object that waits: on trio what anyio's stands for.
    def inner(one):
        return getattr(one, '_%s__original' % type(one).__name__, getattr(one, '_original', one))
    async with anyio.create_task_group() as group:
        def spawn(name, function, *args):
            group.start_soon(function, *args, name=name)
        spawn('holds', holds, lock, event)
        tell('holds', 'event', id(inner(event)), names=['event'])
        await anyio.sleep(0.02)
        spawn('wants', wants, lock)
        tell('wants', 'lock', id(inner(lock)), names=['lock'], holders=['holds'])
        a, b = anyio.Lock(), anyio.Lock()
        spawn('a then b', first, a, b)
        spawn('b then a', first, b, a)
        tell('a then b', 'lock', id(inner(b)), names=['b'], holders=['b then a'])
        tell('b then a', 'lock', id(inner(a)), names=['b'], holders=['a then b'])
        spawn('sleeps', sleeps)
        tell('sleeps', 'timer', leftMs=3000000)
        send, receive = anyio.create_memory_object_stream(0)
        spawn('gets', gets, receive)
        tell('gets', 'queue', id(receive._state), names=['channel', 'channel._state'])
        spawn('parent', parent, event)
        await anyio.sleep(0.4)

        def finish():
            time.sleep(0.3)
            oracle.die_eventually()
            oracle.say_ready({'waits': TRUTH, 'version': anyio.__version__ if hasattr(anyio, '__version__') else ''})
        threading.Thread(target=finish, daemon=True).start()


anyio.run(main, sys.argv[1], backend=sys.argv[1])
