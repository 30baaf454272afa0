"""What a page has to show, and what must not act there: a deadlock, tasks, exceptions, variables, all with hostile names."""
import asyncio
import sys
import threading
import time
import warnings

warnings.simplefilter('ignore')
HOSTILE = '</script></style><img src=http://127.0.0.1:9/leak onerror=window.ranByTarget=1><!--'
FIRST, SECOND = threading.Lock(), threading.Lock()
STANDING = [threading.Event() for _ in range(4)]


def transfer(mine, other, event):
    hostile_value = HOSTILE
    with mine:
        event.set()
        for each in STANDING[:2]:
            each.wait()
        with other:
            return hostile_value


def handling(event):
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        event.set()
        time.sleep(600)


async def child():
    await asyncio.sleep(600)


async def parent(event):
    tasks = [asyncio.ensure_future(child()) for _ in range(20)]
    if hasattr(tasks[0], 'set_name'):
        for number, task in enumerate(tasks):
            task.set_name('fetch-%d' % number)
        tasks[0].set_name(HOSTILE)
    await asyncio.sleep(0.1)
    event.set()
    await asyncio.gather(*tasks)


def loop(event):
    asyncio.run(parent(event))


# A function of a file of that name.
scope = {'transfer': transfer}
exec(compile('def of_hostile_file(*args):\n    transfer(*args)\n', HOSTILE, 'exec'), scope)

threads = [
    threading.Thread(target=scope['of_hostile_file'], args=(FIRST, SECOND, STANDING[0]), name=HOSTILE),
    threading.Thread(target=transfer, args=(SECOND, FIRST, STANDING[1]), name='second'),
    threading.Thread(target=handling, args=(STANDING[2],), name='handling'),
    threading.Thread(target=loop, args=(STANDING[3],), name='loop'),
]
for thread in threads:
    thread.daemon = True
    thread.start()
for event in STANDING:
    event.wait()
print('ready {}')
sys.stdout.flush()
time.sleep(600)
