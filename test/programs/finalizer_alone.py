"""The only thread, in a finalizer that its own collection runs: it sleeps without the GIL, and collects all the same."""
import gc
import os
import time

import oracle


class Cyclic(object):
    def finish(self):
        oracle.say_ready({'pid': os.getpid()})
        time.sleep(3600)


class Referred(object):
    pass


def collect():
    import weakref
    cyclic, referred = Cyclic(), Referred()
    referred.me = referred
    # A weak reference's callback: a __del__ would keep the circle alive in Python 2.
    global kept
    kept = weakref.ref(referred, lambda _: cyclic.finish())
    del referred
    gc.collect()


oracle.die_eventually()
gc.disable()
collect()
