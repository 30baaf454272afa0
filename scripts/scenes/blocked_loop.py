"""A coroutine that calls something which waits, and with it stops all others."""
import asyncio
import time


def fetch_rates():
    # Some library's call: it waits for a server, and the loop waits with it.
    time.sleep(3600)


async def refresh():
    await asyncio.sleep(0.1)
    fetch_rates()


async def heartbeat():
    while True:
        await asyncio.sleep(1)
        print('alive')


async def main():
    await asyncio.gather(heartbeat(), refresh())


asyncio.run(main())
