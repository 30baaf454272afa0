"""Generators, coroutines and asynchronous generators, driven from Python and from C.

Python 3 only: `yield from`, coroutines.
"""
import asyncio
import time

import driven
import oracle


def innermost():
    time.sleep(3600)
    yield 1


def middle():
    yield 0
    yield from innermost()


def outer():
    result = yield from middle()
    return result


class Awaitable:
    def __await__(self):
        time.sleep(3600)
        yield


async def ticks():
    yield 1
    await Awaitable()
    yield 2


async def consume():
    async for _ in ticks():
        pass


async def gathered():
    await asyncio.gather(consume(), asyncio.sleep(3600))


def by_loop():
    asyncio.new_event_loop().run_until_complete(gathered())


async def forever():
    await asyncio.sleep(3600)


def idle_loop():
    asyncio.new_event_loop().run_until_complete(forever())


driven.start(outer, by_loop, idle_loop)
oracle.announce()
time.sleep(3600)
