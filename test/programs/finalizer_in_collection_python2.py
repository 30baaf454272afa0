"""A collection that runs a callback which waits. (In Python 2 what has a finalizer is not collected.)"""
import gc
import threading
import time
import weakref

import oracle


class Cyclic(object):
    def __init__(self):
        self.me = self


def __del__(_reference):
    time.sleep(3600)


def collect():
    global reference
    reference = weakref.ref(Cyclic(), __del__)
    gc.collect()


gc.disable()
threading.Thread(target=collect, name='collector', daemon=True).start()
oracle.announce()
time.sleep(3600)
