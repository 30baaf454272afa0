"""Dies in a finalizer that the garbage collector runs. Python 3 only: 2 leaves it alone."""
import gc
import os


class Cyclic(object):
    def __init__(self):
        self.me = self

    def __del__(self):
        os.abort()


def make_garbage():
    Cyclic()


def collect():
    gc.collect()


gc.disable()
make_garbage()
collect()
