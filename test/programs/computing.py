"""A thread that computes in C without the GIL for a long time, beside some that sleep."""
import hashlib
import sys
import threading
import time

import oracle

if not hasattr(hashlib.pbkdf2_hmac, '__self__'):
    # Without OpenSSL it is written in Python.
    sys.exit(77)


def compute():
    hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 2000000000)


def rest():
    time.sleep(3600)


threading.Thread(target=compute, name='computing', daemon=True).start()
for number in range(10):
    threading.Thread(target=rest, name='resting-%d' % number, daemon=True).start()
oracle.announce(running=1)
rest()
