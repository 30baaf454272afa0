"""Dies as its first argument says, three calls deep, once it is told to by SIGUSR1; other threads stand beside it."""
import ctypes
import os
import resource
import signal
import sys
import threading
import time

import oracle


def die(how):
    if how == 'segfault':
        ctypes.string_at(0)
    elif how == 'abort':
        os.abort()
    elif how == 'thread':
        thread = threading.Thread(target=ctypes.string_at, args=(8,), name='crasher')
        thread.start()
        time.sleep(60)
    elif how == 'overflow':
        sys.setrecursionlimit(1000000)
        # From 3.12 on, C recursion has a limit of its own, which a stack of the usual size bears.
        resource.setrlimit(resource.RLIMIT_STACK, (256 * 1024, resource.RLIM_INFINITY))
        deeper(how)


def deeper(how):
    class Callable(object):
        def __getattr__(self, name):
            return getattr(self, name + '_')
    Callable().attribute


def outer(how):
    middle(how)


def middle(how):
    die(how)


def wait_to_be_told():
    if hasattr(signal, 'sigwait'):
        signal.sigwait([signal.SIGUSR1])
    while not hasattr(signal, 'sigwait') and not told:
        time.sleep(0.01)


told = []
if hasattr(signal, 'pthread_sigmask'):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
else:
    signal.signal(signal.SIGUSR1, lambda *_: told.append(True))
for number in range(2):
    threading.Thread(target=time.sleep, args=(600,), name='bystander-%d' % number, daemon=True).start()
oracle.die_eventually()
# Python 2 asks again and again.
oracle.say_ready({'moves': not hasattr(signal, 'sigwait')})
wait_to_be_told()
outer(sys.argv[1])
