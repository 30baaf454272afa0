"""One thread that computes in Python without end, and some that would like the GIL all the time."""
import sys
import threading
import time

import oracle

if not getattr(sys, '_is_gil_enabled', lambda: True)():
    sys.stderr.write('without a GIL nobody contends for it')
    sys.exit(77)


COUNT = 4
there = []


def compute():  # root
    n = 0
    there.append(True)
    while True:
        n = n * 3 % 1000003


for number in range(COUNT):
    threading.Thread(target=compute, name='contender-%d' % number, daemon=True).start()
oracle.die_eventually()
while len(there) < COUNT:
    time.sleep(0.001)
oracle.say_ready({'moves': True})
time.sleep(3600)
