"""Arrays whose elements are a file that is mapped, shared with it: no core has its pages."""
import sys
import threading

import numpy

import oracle


def hold(path):
    mapped = numpy.memmap(path, dtype='i4', mode='w+', shape=(2, 3))
    mapped[:] = 7
    part = mapped[1]
    own = numpy.arange(3)
    oracle.announce()
    threading.Event().wait()


hold(sys.argv[1])
