"""One rank of a job: all wait at a barrier, but the one that RANK_ODD names is still loading. No oracle: there are many."""
import os
import signal
import sys
import threading
import time


def barrier():
    while True:
        time.sleep(3600)


def step():
    barrier()


def load():
    time.sleep(3600)


def recurse(depth):
    return recurse(depth - 1) if depth else time.sleep(3600)


signal.alarm(600)
sys.setrecursionlimit(10000)
threading.Thread(target=recurse, args=(100 + int(os.environ['RANK']) % 50,), name='helper', daemon=True).start()
print('ready {}')
sys.stdout.flush()
if os.environ['RANK'] == os.environ.get('RANK_ODD'):
    load()
else:
    step()
