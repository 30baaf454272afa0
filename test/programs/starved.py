"""A thread that computes, and one that would but gets next to no CPU: it is of the idle class on one CPU, where another
process computes all the time. Prints the thread id of the starved one."""
import hashlib
import json
import os
import signal
import sys
import threading
import time


def compute():
    hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 2000000000)  # without the GIL


def starve():
    os.sched_setaffinity(0, cpu)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    starving.set()
    compute()


cpu = {min(os.sched_getaffinity(0))}
if os.fork() == 0:
    os.sched_setaffinity(0, cpu)
    signal.alarm(120)
    while True:
        pass
starving = threading.Event()
starved = threading.Thread(target=starve, name='starved', daemon=True)
starved.start()
starving.wait()
threading.Thread(target=compute, name='computing', daemon=True).start()
# However long it takes until it has come so far.
while sys._current_frames()[starved.ident].f_code is not compute.__code__:
    time.sleep(0.01)
time.sleep(0.2)
print('ready ' + json.dumps({'moves': True}))
sys.stdout.flush()
time.sleep(3600)
