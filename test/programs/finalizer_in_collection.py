"""A collection that runs a finalizer which waits: collecting, without the GIL."""
import gc
import threading
import time

import oracle


class Cyclic:
    def __init__(self):
        self.me = self

    def __del__(self):
        time.sleep(3600)


def collect():
    Cyclic()
    gc.collect()


gc.disable()
threading.Thread(target=collect, name='collector', daemon=True).start()
oracle.announce()
time.sleep(3600)
