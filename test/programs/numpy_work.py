"""Threads in numpy: Python called back from it, and one inside a long matrix product. Exits with 77 without numpy."""
import sys
import threading
import time

import oracle

try:
    import numpy
except ImportError:
    sys.exit(77)


def gate(*_arguments):
    time.sleep(3600)


def in_vectorize():
    numpy.vectorize(gate)([1])


def in_apply():
    numpy.apply_along_axis(gate, 0, numpy.ones((2, 2)))


def in_frompyfunc():
    numpy.frompyfunc(gate, 1, 1)(numpy.ones(1))


for target in (in_vectorize, in_apply, in_frompyfunc):
    threading.Thread(target=target, name=target.__name__, daemon=True).start()
oracle.announce()
gate()
