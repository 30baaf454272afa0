"""Generators, coroutines and asynchronous generators, driven from Python and from C.

Python 3 only: `yield from`, coroutines.
"""
import asyncio
import collections
import itertools
import threading
import time

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


def by_for_loop():
    for _ in outer():
        pass


def by_list():
    list(outer())


def by_deque():
    collections.deque(itertools.chain([1], (x for x in outer())), maxlen=0)


def by_send():
    generator = outer()
    generator.send(None)
    generator.send(None)


def thrower():
    try:
        yield
    except ValueError:
        time.sleep(3600)


def by_throw():
    generator = thrower()
    next(generator)
    generator.throw(ValueError())


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


for target in (by_for_loop, by_list, by_deque, by_send, by_throw, by_loop, idle_loop):
    threading.Thread(target=target, name=target.__name__, daemon=True).start()
oracle.announce()
time.sleep(3600)
