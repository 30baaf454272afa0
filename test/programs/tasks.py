"""What can a task of asyncio wait for? All of it at once, in one loop, with the truth as the program itself knows it.

Python 3 only: asyncio came with 3.4.

For each task: its address, the frames of all that it awaits, outermost first, as the attributes of coroutines tell them,
and what it waits for as it was set up. Printed by a callback of the loop, while every task is suspended.
"""
import asyncio
import gc
import json
import os
import socket
import sys
import threading
import types

try:
    from asyncio import tasks as _tasks
except ImportError:
    sys.exit(77)

NEW = sys.version_info
tasks = {}  # task -> what is expected of it
keep = []
rings = {}
uncounted = []


def expect(task, wait=None, awaits=(), how=None, holder=None, state='waiting', parent=None):
    """wait: (kind, object); awaits: tasks or callables that give them; holder: the task that has the lock."""
    tasks[task] = dict(wait=wait, awaits=awaits, how=how, holder=holder, state=state, parent=parent)
    return task


def spawn(coro, **expected):
    return expect(asyncio.ensure_future(coro), **expected)


def chain_of(coro):
    """The frames of what is awaited, outermost first; the leaf."""
    frames = []
    at = coro
    while at is not None:
        name = type(at).__name__
        if name in ('coroutine_wrapper', 'async_generator_asend', 'async_generator_athrow', 'anext_awaitable', 'FutureIter'):
            inner = [each for each in gc.get_referents(at) if hasattr(each, 'cr_frame') or hasattr(each, 'ag_frame')
                     or hasattr(each, 'gi_frame') or type(each).__name__ in ('async_generator_asend', 'coroutine_wrapper')]
            at = inner[0] if inner else None
            continue
        for frame_name, await_name in (('cr_frame', 'cr_await'), ('ag_frame', 'ag_await'), ('gi_frame', 'gi_yieldfrom')):
            if hasattr(at, frame_name):
                frame = getattr(at, frame_name)
                if frame is not None:
                    frames.append([frame.f_code.co_name, frame.f_lineno])
                at = getattr(at, await_name, None)
                break
        else:
            at = None
    return frames


def truth_of(task, expected):
    coro = task.get_coro() if hasattr(task, 'get_coro') else task._coro
    stack = task.get_stack()
    frames = chain_of(coro)
    if stack and frames and expected['state'] != 'unstarted':
        # What asyncio shows of a suspended task is its outermost frame.
        assert [stack[0].f_code.co_name, stack[0].f_lineno] == frames[0], (stack, frames)
    awaits = [each() if callable(each) and not hasattr(each, 'cancel') else each for each in expected['awaits']]
    wait = expected['wait']
    wait = wait() if callable(wait) else wait
    kind, what = wait if wait else (None, None)
    return {
        'address': hex(id(task)),
        'name': task.get_name() if hasattr(task, 'get_name') else None,
        'frames': frames,
        'awaits': sorted(hex(id(each)) for each in awaits),
        'how': expected['how'],
        'wait': kind,
        'object': what if isinstance(what, str) else None if what is None else hex(id(what)),
        'holder': None if expected['holder'] is None else hex(id(expected['holder'])),
        'state': expected['state'],
        'parent': None if expected['parent'] is None else hex(id(expected['parent'])),
    }


class Service:
    def __init__(self):
        self.never = asyncio.Event()
        self.lock = asyncio.Lock()
        self.other = asyncio.Lock()
        self.third = asyncio.Lock()
        self.cond = asyncio.Condition()
        self.semaphore = asyncio.Semaphore(1)
        self.empty = asyncio.Queue()
        self.full = asyncio.Queue(1)
        self.full.put_nowait(1)

    async def leaf(self):
        await self.never.wait()

    async def middle(self):
        await self.leaf()

    async def outer(self):
        await self.middle()

    async def has_lock(self):
        async with self.lock:
            await self.leaf()

    async def wants_lock(self):
        async with self.lock:
            pass

    async def has_acquired(self):
        await self.other.acquire()
        try:
            await self.leaf()
        finally:
            self.other.release()

    async def wants_other(self):
        await self.other.acquire()

    async def has_two(self):
        async with self.third:
            async with self.lock:
                pass

    async def wants_third(self):
        async with self.third:
            pass

    async def waits_condition(self):
        async with self.cond:
            await self.cond.wait()

    async def waits_for_predicate(self):
        async with self.cond:
            await self.cond.wait_for(lambda: False)

    async def has_semaphore(self):
        async with self.semaphore:
            await self.leaf()

    async def wants_semaphore(self):
        async with self.semaphore:
            pass

    async def gets(self):
        await self.empty.get()

    async def puts(self):
        await self.full.put(2)

    async def joins(self):
        await self.full.join()

    async def sleeps(self):
        await asyncio.sleep(7200)

    async def future(self, future):
        await future

    async def generates(self):
        await self.leaf()
        yield 1

    async def generates_more(self):
        async for each in self.generates():
            yield each

    async def iterates(self):
        async for _ in self.generates():
            pass

    async def iterates_deeper(self):
        async for _ in self.generates_more():
            pass

    async def comprehends(self):
        return [each async for each in self.generates()]

    async def asks_for_next(self):
        await self.generates().__anext__()

    async def sends(self):
        await self.generates().asend(None)

    async def closes(self):
        async def stubborn():
            try:
                yield 1
            finally:
                await self.leaf()
        generator = stubborn()
        keep.append(generator)
        await generator.__anext__()
        await generator.aclose()

    async def throws(self):
        async def stubborn():
            try:
                yield 1
            except ValueError:
                await self.leaf()
                yield 2
        generator = stubborn()
        keep.append(generator)
        await generator.__anext__()
        await generator.athrow(ValueError())

    async def awaits_class(self):
        class Awaitable:
            def __await__(awaitable):
                yield from self.leaf().__await__()
        await Awaitable()

    async def awaits_wrapper(self):
        class Awaitable:
            def __await__(awaitable):
                return self.leaf().__await__()
        await Awaitable()

    async def awaits_iterator(self, future):
        class Iterator:
            def __init__(iterator):
                iterator.inner = future.__await__() if hasattr(future, '__await__') else future.__iter__()
            def __await__(iterator):
                return iterator
            def __iter__(iterator):
                return iterator
            def __next__(iterator):
                return next(iterator.inner)
        await Iterator()

    @types.coroutine
    def old(self):
        yield from self.leaf().__await__()

    async def awaits_old(self):
        await self.old()

    async def enters(self):
        class Manager:
            async def __aenter__(manager):
                await self.leaf()
            async def __aexit__(manager, *exception):
                pass
        async with Manager():
            pass

    async def leaves(self):
        class Manager:
            async def __aenter__(manager):
                pass
            async def __aexit__(manager, *exception):
                await self.leaf()
        async with Manager():
            pass

    async def recurses(self, depth):
        if depth == 0:
            await self.leaf()
        else:
            await self.recurses(depth - 1)

    async def loops_over_list(self):
        for _ in [1, 2, 3]:
            with open(os.devnull) as _:
                try:
                    await self.leaf()
                finally:
                    pass

    async def stubborn(self):
        try:
            await self.leaf()
        except asyncio.CancelledError:
            await self.leaf()


async def main():
    loop = asyncio.get_event_loop()
    s = Service()
    event = ('event', s.never)
    keep.append(s)
    for coro in (s.leaf(), s.outer(), s.iterates(), s.iterates_deeper(), s.comprehends(), s.asks_for_next(), s.sends(),
                 s.awaits_class(), s.awaits_wrapper(), s.awaits_old(), s.enters(), s.leaves(), s.recurses(150),
                 s.loops_over_list()):
        spawn(coro, wait=event)
    if NEW >= (3, 8):
        spawn(s.closes(), wait=event)
        spawn(s.throws(), wait=event)
    owner = spawn(s.has_lock(), wait=event)
    await asyncio.sleep(0)
    for _ in range(3):
        spawn(s.wants_lock(), wait=('lock', s.lock), holder=owner)
    acquired = spawn(s.has_acquired(), wait=event)
    await asyncio.sleep(0)
    spawn(s.wants_other(), wait=('lock', s.other), holder=acquired)
    two = spawn(s.has_two(), wait=('lock', s.lock), holder=owner)
    await asyncio.sleep(0)
    spawn(s.wants_third(), wait=('lock', s.third), holder=two)
    spawn(s.waits_condition(), wait=('condition', s.cond))
    spawn(s.waits_for_predicate(), wait=('condition', s.cond))
    has = spawn(s.has_semaphore(), wait=event)
    await asyncio.sleep(0)
    spawn(s.wants_semaphore(), wait=('semaphore', s.semaphore), holder=has)
    spawn(s.gets(), wait=('queue', s.empty))
    spawn(s.puts(), wait=('queue', s.full))
    spawn(s.joins(), wait=('queue', s.full))
    spawn(s.sleeps(), wait=('timer', None))
    plain = loop.create_future()
    keep.append(plain)
    spawn(s.future(plain), wait=('future', plain))
    iterated = loop.create_future()
    keep.append(iterated)
    spawn(s.awaits_iterator(iterated), wait=('future', iterated))

    one = spawn(s.leaf(), wait=event)

    async def awaits(task):
        await task

    first = spawn(awaits(one), awaits=[one], how='direct')
    spawn(awaits(first), awaits=[first], how='direct')
    spawn(awaits(one), awaits=[one], how='direct')

    def some(count):
        return [spawn(s.leaf(), wait=event) for _ in range(count)]

    async def gathers(given):
        await asyncio.gather(*given)

    given = some(3)
    spawn(gathers(given), awaits=given, how='gather')
    given_two = some(2)

    async def gathers_gathered():
        await asyncio.gather(asyncio.gather(*given_two[:1]), given_two[1])

    spawn(gathers_gathered(), awaits=given_two, how='gather')

    async def waits(given):
        await asyncio.wait(given)

    waited = some(2)
    spawn(waits(waited), awaits=waited, how='wait')

    async def waits_for_task(task):
        await asyncio.wait_for(task, 7200)

    limited = some(1)
    spawn(waits_for_task(limited[0]), awaits=limited, how='wait_for')

    async def shields(task):
        await asyncio.shield(task)

    shielded = some(1)
    spawn(shields(shielded[0]), awaits=shielded, how='shield')

    async def as_they_come(given):
        for each in asyncio.as_completed(given):
            await each

    coming = some(2)
    spawn(as_they_come(coming), awaits=coming, how='as_completed')

    gone = threading.Event()
    keep.append(gone)

    async def works():
        await loop.run_in_executor(None, gone.wait)

    spawn(works(), wait=('future', 'thread'))

    async def thread_waits():
        await s.leaf()

    def in_thread():
        future = asyncio.run_coroutine_threadsafe(thread_waits(), loop)
        keep.append(future)
        future.result()

    thread = threading.Thread(target=in_thread, daemon=True)
    thread.start()
    before = set(all_tasks())
    for _ in range(200):
        await asyncio.sleep(0.01)
        new = [task for task in all_tasks() if task not in before]
        if new:
            break
    expect(new[0], wait=event)

    a, b = socket.socketpair()
    a.setblocking(False)
    keep.append((a, b))

    async def receives():
        await loop.sock_recv(a, 10)

    # Up to 3.6 it is a bare future, which says of no socket.
    if NEW >= (3, 7):
        spawn(receives(), wait=('socket', 'fd %d' % a.fileno()))
    c, d = socket.socketpair()
    keep.append((c, d))
    reader, writer = await asyncio.open_connection(sock=c)
    keep.append((reader, writer))

    async def reads():
        await reader.readline()

    spawn(reads(), wait=('socket', 'fd %d' % c.fileno()))

    stubborn = spawn(s.stubborn(), wait=event, state='cancelling' if NEW >= (3, 11) else 'waiting')
    await asyncio.sleep(0)
    stubborn.cancel()

    class Subclass(asyncio.Task):
        pass

    expect(Subclass(s.outer(), loop=loop), wait=event)
    pure = getattr(_tasks, '_PyTask', None)
    if pure is not None:
        python = pure(s.outer(), loop=loop)
        # Not all versions count what their own Python code made among all_tasks().
        if NEW >= (3, 7):
            expect(python, wait=event)
            uncounted.append(python)
        else:
            keep.append(python)

    if NEW >= (3, 11):
        async def limits():
            async with asyncio.timeout(7200):
                await s.leaf()

        spawn(limits(), wait=event)
        barrier = asyncio.Barrier(2)
        keep.append(barrier)

        async def meets():
            await barrier.wait()

        spawn(meets(), wait=('barrier', barrier))
        children = []

        async def groups():
            async with asyncio.TaskGroup() as group:
                for _ in range(2):
                    children.append(group.create_task(s.leaf()))

        parent = spawn(groups(), awaits=[lambda: children[0], lambda: children[1]], how='group')
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for child in children:
            expect(child, wait=event, parent=parent)
    if NEW >= (3, 12):
        async def eager():
            await s.outer()

        expect(asyncio.Task(eager(), loop=loop, eager_start=True), wait=event)

    if NEW >= (3, 9):
        async def through_thread():
            await asyncio.to_thread(gone.wait)

        spawn(through_thread(), wait=('future', 'thread'))

    pair = rings

    async def ring(other):
        while other not in pair:
            await asyncio.sleep(0)
        await pair[other]

    pair['a'] = expect(asyncio.ensure_future(ring('b')), awaits=[lambda: pair['b']], how='direct')
    pair['b'] = expect(asyncio.ensure_future(ring('a')), awaits=[lambda: pair['a']], how='direct')

    expect(current_task(), wait=event)
    loop.call_later(0.5, tell, loop)
    await s.never.wait()


def all_tasks():
    return (asyncio.all_tasks if hasattr(asyncio, 'all_tasks') else asyncio.Task.all_tasks)(loop)


def current_task():
    return (asyncio.current_task if hasattr(asyncio, 'current_task') else asyncio.Task.current_task)()


def graph_of(found):
    """Who awaits whom as Python 3.14 itself has it: from the awaited task to those that wait for it, by any way."""
    edges = []
    for task in found.difference(rings.values()):  # of rings it never comes to an end
        graph = asyncio.capture_call_graph(task)
        todo = list(graph.awaited_by)
        while todo:
            each = todo.pop()
            if each.future in found:
                edges.append([hex(id(each.future)), hex(id(task))])
            else:
                todo.extend(each.awaited_by)
    return sorted(edges)


def tell(loop):
    found = set(all_tasks())
    unknown = [task for task in found if task not in tasks]
    assert not unknown, unknown
    over = [task for task in tasks if task not in found and task not in uncounted]
    assert not over, over
    told = {
        'pid': os.getpid(),
        'loop': hex(id(loop)),
        'tasks': [truth_of(task, expected) for task, expected in tasks.items()],
        'graph': graph_of(found) if hasattr(asyncio, 'capture_call_graph') else None,
    }
    print('ready ' + json.dumps(told), flush=True)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
