"""A process that waits for a lock of `multiprocessing` that one of its two children has; a third process has none of it."""
import json
import multiprocessing
import os
import sys
import threading
import time

import oracle

oracle.die_eventually()


def forked(work):
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        work()
        os.write(theirs, b'.')
        time.sleep(3600)
    os.read(ours, 1)
    return pid


forked(lambda: None)
lock = multiprocessing.Lock()
sharers = [forked(lock.acquire), forked(lambda: None)]
waiter = threading.Thread(target=lock.acquire, name='waiter')
waiter.daemon = True
waiter.start()
time.sleep(1)
print('ready ' + json.dumps({'pid': os.getpid(), 'sharers': sharers}))
sys.stdout.flush()
time.sleep(3600)
