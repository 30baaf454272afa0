"""A process that does not stay as it is. HOW: `exec` (itself, again and again), `forks` (children by fork and by vfork,
beside threads that start and end), `exits` (soon)."""
import os
import subprocess
import sys
import threading
import time

import oracle

how = sys.argv[1]


def fork_and_wait():
    while True:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)


def spawn_and_wait():
    while True:
        subprocess.call(['true'], close_fds=False)


def brief():
    time.sleep(0.001)


def start_brief_ones():
    while True:
        thread = threading.Thread(target=brief)
        thread.start()
        thread.join()


if 'again' not in sys.argv:
    oracle.die_eventually()
if how == 'forks':
    for body in (fork_and_wait, spawn_and_wait, start_brief_ones):
        threading.Thread(target=body, name=body.__name__, daemon=True).start()
    oracle.say_ready({'moves': True})
    time.sleep(3600)
if 'again' not in sys.argv:
    oracle.say_ready({'moves': True})
for number in range(5):
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
if how == 'exec':
    time.sleep(0.03)
    os.execv(sys.executable, [sys.executable, __file__, 'exec', 'again'])
time.sleep(0.15)
os._exit(0)
