"""Tasks that are stuck, each in the way that the argument says: `ring`, `locks`, `pile`, `sleeps`, `waits_for_itself`.

Python 3 only: asyncio came with 3.4.
"""
import asyncio
import json
import os
import sys
import threading
import time

if sys.version_info < (3, 7):
    sys.exit(77)
how = sys.argv[1]


def ready():
    print('ready ' + json.dumps({'pid': os.getpid()}), flush=True)


class Service:
    def __init__(self):
        self.first = asyncio.Lock()
        self.second = asyncio.Lock()
        self.tasks = {}
        self.never = asyncio.Event()

    async def waits_for(self, other):
        await asyncio.sleep(0)
        await self.tasks[other]

    async def takes(self, one, other):
        async with one:
            await asyncio.sleep(0.05)
            async with other:
                pass

    async def holds(self):
        async with self.first:
            await self.never.wait()

    async def wants(self):
        async with self.first:
            pass


def handler():
    ready()
    time.sleep(3600)


async def answer():
    await asyncio.sleep(0.2)
    return 42


def asks(future):
    threading.Timer(0.5, ready).start()
    future.result()


async def main():
    loop = asyncio.get_event_loop()
    service = Service()
    if how == 'ring':
        for one, other in ('ab', 'bc', 'ca'):
            service.tasks[one] = asyncio.ensure_future(service.waits_for(other))
    elif how == 'locks':
        service.tasks['a'] = asyncio.ensure_future(service.takes(service.first, service.second))
        service.tasks['b'] = asyncio.ensure_future(service.takes(service.second, service.first))
    elif how == 'pile':
        service.tasks['holder'] = asyncio.ensure_future(service.holds())
        await asyncio.sleep(0)
        service.tasks['waiters'] = [asyncio.ensure_future(service.wants()) for _ in range(50)]
    else:
        service.tasks['idle'] = [asyncio.ensure_future(service.never.wait()) for _ in range(5)]
        await asyncio.sleep(0)
        if how == 'sleeps':
            loop.call_soon(handler)
        else:
            future = asyncio.run_coroutine_threadsafe(answer(), loop)
            await asyncio.sleep(0.05)
            loop.call_soon(asks, future)
        await service.never.wait()
    loop.call_later(0.3, ready)
    await service.never.wait()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
