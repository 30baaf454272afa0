"""Numpy arrays and scalars in variables."""
import threading

import numpy

import oracle


def hold():
    line = numpy.arange(5)
    table = numpy.arange(6, dtype='float64').reshape(2, 3)
    turned = table.T
    small = numpy.array([0.1, 1e30, -0.0], dtype='float32')
    half = numpy.array([0.1, 65504], dtype='float16')
    flags = numpy.array([True, False])
    words = numpy.array(['ab', 'cde'])
    objects = numpy.array([None, [1]], dtype=object)
    pairs = numpy.array([1 + 2j])
    none = numpy.zeros((0, 3))
    point = numpy.array(7)
    large = numpy.zeros(10 ** 6, dtype='uint8')
    scalar = numpy.float64(1.5)
    single = numpy.float32(0.1)
    whole = numpy.int64(-3)
    truth = numpy.bool_(True)
    text = numpy.str_('abc')
    octets = numpy.bytes_(b'abc')
    oracle.announce()
    threading.Event().wait()


hold()
