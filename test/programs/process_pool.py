"""multiprocessing's pool: some workers at work, the others waiting for it; and the threads of the parent that serve them.

Python 3 only: how the pool's own threads are called.
"""
import multiprocessing
import time

import oracle


def work(_):
    time.sleep(3600)


def main():
    oracle.die_eventually()
    pool = multiprocessing.get_context('fork').Pool(6, initializer=oracle.die_eventually)
    pool.map_async(work, range(2), chunksize=1)
    oracle.say_ready({'workers': sorted(worker.pid for worker in pool._pool)})
    time.sleep(3600)


if __name__ == '__main__':
    main()
