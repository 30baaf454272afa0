"""Code that numba compiled calls code that it compiled, which calls Python."""
import threading

import numpy
from numba import njit, objmode

import oracle


def hold():
    oracle.announce()
    threading.Event().wait()


@njit
def inner(values):
    total = 0.0
    for value in values:
        total += value
    with objmode():
        hold()
    return total


@njit
def outer(values):
    return inner(values) + 1


def start():
    values = numpy.arange(5.0)
    outer(values)


start()
