"""Tasks that pass messages on in rings, as fast as they can, beside some that do not move.

Python 3 only: asyncio came with 3.4.

Comments tell which calls are possible: `# -> f` at a line says that f is what is awaited there.
"""
import asyncio
import json
import os
import sys

import oracle

if sys.version_info < (3, 7):
    sys.exit(77)
count = int(sys.argv[1])
oracle.die_eventually()


async def fetch(queue):
    return await queue.get()  # -> get


async def first(queue):
    return await fetch(queue)  # -> fetch


async def second(queue):
    return await queue.get()  # -> get


async def deliver(queue, message):
    await asyncio.sleep(0)  # -> sleep
    await queue.put(message)  # -> put


async def passes(queues, own):
    while True:
        message = await first(queues[own])  # -> first
        await deliver(queues[(own + 1) % len(queues)], message)  # -> deliver
        message = await second(queues[own])  # -> second
        await deliver(queues[(own + 1) % len(queues)], message)  # -> deliver


async def rests(event):
    await event.wait()  # -> wait


async def main():
    queues = [asyncio.Queue() for _ in range(count)]
    tasks = [asyncio.ensure_future(passes(queues, own)) for own in range(count)]
    never = asyncio.Event()
    resting = [asyncio.ensure_future(rests(never)) for _ in range(20)]
    for queue in queues[::2]:
        queue.put_nowait('message')
    loop = asyncio.get_event_loop()
    told = {'pid': os.getpid(), 'resting': [hex(id(task)) for task in resting], 'moves': True}
    loop.call_later(0.2, lambda: print('ready ' + json.dumps(told), flush=True))
    await asyncio.gather(*tasks, *resting)  # -> nothing


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
