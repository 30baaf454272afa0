"""A thread that Python knows nothing of, with a name of its own, and stacks of many sizes. Argument: how many evaluation
loops the deep thread has one inside the other (0: there is none)."""
import ctypes
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle

libc = ctypes.CDLL(None)
thread = ctypes.c_ulong()
libc.pthread_create(ctypes.byref(thread), None, libc.pause, None)
libc.pthread_setname_np(thread, b'beside-python')


class Counted:
    def __init__(self, left):
        self.left = left

    def __index__(self):
        if self.left == 0:
            time.sleep(3600)
        return [0][Counted(self.left - 1)]


def deep():
    [0][Counted(int(sys.argv[1]) - 1)]


if len(sys.argv) > 1:
    sys.setrecursionlimit(100000)
    threading.stack_size(512 * 1024 * 1024)
    threading.Thread(target=deep, name='deep', daemon=True).start()
oracle.announce()
time.sleep(3600)
