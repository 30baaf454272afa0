"""A thread whose name is not UTF-8, in a file that may be called so too."""
import ctypes
import sys
import time

PR_SET_NAME = 15
ctypes.CDLL(None).prctl(PR_SET_NAME, b"t\xe9st", 0, 0, 0)


def wait():
    sys.stdout.write("ready {}\n")
    sys.stdout.flush()
    time.sleep(600)


wait()
