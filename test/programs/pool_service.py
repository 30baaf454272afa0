"""A thread-pool service: a pool of workers, some at work on tasks, some idle, and a scheduler that waits for results.

Python 3 only: concurrent.futures.
"""
import concurrent.futures
import queue
import threading
import time

import oracle

answers = queue.Queue()


class Job:
    def __init__(self, number):
        self.number = number

    def __call__(self):
        return self.fetch(self.number)

    def fetch(self, number):
        time.sleep(3600)


def idle():
    pass


def schedule(pool):
    futures = [pool.submit(Job(number)) for number in range(6)]
    for future in concurrent.futures.as_completed(futures):
        answers.put(future.result())


pool = concurrent.futures.ThreadPoolExecutor(12, thread_name_prefix='pool')
threading.Thread(target=schedule, args=(pool,), name='scheduler', daemon=True).start()
# The idle workers of the pool: it starts threads only while all it has are busy.
time.sleep(0.2)
for _ in range(3):
    pool.submit(idle)
oracle.announce()
answers.get()
