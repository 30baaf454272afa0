"""Real ways of being stuck, one a word: `logging`, a child of a fork whose filter's lock a thread of its parent had; `futures`,
workers that wait for work of their own pool; `pool`, an idle pool of processes, in which nothing is wrong.

Tells the id of the process to be looked at.
"""
import json
import logging
import multiprocessing
import os
import sys
import threading
import time

import oracle

oracle.die_eventually()


def tell(pid):
    print('ready ' + json.dumps({'pid': pid}))
    sys.stdout.flush()


def log_after_fork():
    lock = threading.Lock()

    class Slow(logging.Filter):
        def filter(self, record):
            with lock:
                if threading.current_thread().name == 'logger':
                    time.sleep(3600)
            return True

    logger = logging.getLogger('app')
    logger.addHandler(logging.StreamHandler(open(os.devnull, 'w')))
    logger.addFilter(Slow())
    thread = threading.Thread(target=logger.error, args=('first',), name='logger')
    thread.daemon = True
    thread.start()
    while not lock.locked():
        time.sleep(0.01)
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        logger.error('second')
    tell(pid)
    time.sleep(3600)


def starve():
    try:
        from concurrent.futures import ThreadPoolExecutor
    except ImportError:
        sys.exit(77)
    pool = ThreadPoolExecutor(2)

    both = threading.Event()

    def outer():
        # Each worker has one of these before the first wants more.
        both.wait()
        return pool.submit(pow, 2, 3).result()

    futures = [pool.submit(outer) for _ in range(2)]
    both.set()
    tell(os.getpid())
    futures[0].result()


def idle_pool():
    forking = multiprocessing.get_context('fork') if sys.version_info > (3, 4) else multiprocessing
    pool = forking.Pool(2)
    tell(os.getpid())
    time.sleep(3600)
    pool.close()


{'logging': log_after_fork, 'futures': starve, 'pool': idle_pool}[sys.argv[1]]()
