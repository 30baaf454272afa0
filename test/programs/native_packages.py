"""A thread that waits behind the native code of a package. Argument: which. Exits with 77 without it.

Python 3 only: the packages it imports are.
"""
import sys
import threading
import time

import oracle


def in_rust():
    """cryptography: Rust asks an object of Python's for its name."""
    from cryptography.hazmat.primitives import hashes

    class Slow(hashes.HashAlgorithm):
        digest_size = 20
        block_size = 64

        @property
        def name(self):
            time.sleep(3600)

    return lambda: hashes.Hash(Slow())


def in_greenlet():
    """gevent: Cython and C++, and a greenlet whose Python frames are on a stack of their own."""
    import gevent

    def gate(_value):
        time.sleep(3600)

    return lambda: gevent.joinall([gevent.spawn(lambda: sorted([1], key=gate))])


def in_blas():
    """numpy: threads of its own that wait for work."""
    import numpy

    square = numpy.ones((700, 700))
    square @ square
    return lambda: numpy.vectorize(lambda _: time.sleep(3600))([1])


try:
    target = globals()[sys.argv[1]]()
except ImportError:
    sys.exit(77)
threading.Thread(target=target, name='native', daemon=True).start()
oracle.announce()
time.sleep(3600)
