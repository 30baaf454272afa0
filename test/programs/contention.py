"""One thread that computes in Python without end, and some that would like the GIL all the time."""
import sys
import threading
import time

import oracle

if not getattr(sys, '_is_gil_enabled', lambda: True)():
    sys.stderr.write('without a GIL nobody contends for it')
    sys.exit(77)


def compute():  # root
    n = 0
    while True:
        n = n * 3 % 1000003


for number in range(4):
    threading.Thread(target=compute, name='contender-%d' % number, daemon=True).start()
oracle.die_eventually()
oracle.say_ready({})
time.sleep(3600)
