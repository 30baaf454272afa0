"""Numpy's strings of any length: in the element, in the array's arena, and outside of it."""
import threading

import numpy

import oracle


def hold():
    words = numpy.array(['a', 'rather more than fifteen characters', '\xe9' * 200, '', '\xe9' * 300], dtype=numpy.dtypes.StringDType())
    replaced = numpy.array(['a', 'of more than fifteen characters'], dtype=numpy.dtypes.StringDType())
    replaced[0] = 'replaced by something that is longer than it was'
    replaced[1] = 'short'
    missing = numpy.array(['a', None], dtype=numpy.dtypes.StringDType(na_object=None))
    oracle.announce()
    threading.Event().wait()


def hold_nothing():
    oracle.announce(extra={'none': True})
    threading.Event().wait()


hold() if hasattr(getattr(numpy, 'dtypes', None), 'StringDType') else hold_nothing()
