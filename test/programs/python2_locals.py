"""Frames of Python 2 with variables of its own kinds: arguments that are tuples, classes without `object`, names in exec."""
import sys
import time

import oracle


def positional(a, (b, c), d=u'd', *rest, **options):
    local = 10L
    if oracle is None:
        unset = 0
    return closure('l', 1)


def closure(cell_argument, plain):
    cell_argument = 'changed'
    cell = ['in a cell']

    def inner(own):
        return body(cell_argument, cell, own)

    return inner(plain)


def body(*_):
    class Old:
        """Doc."""
        first = 1
        second = by_exec()

    return Old


def by_exec():
    exec 'made = handled()' in {'handled': handled}, {'before': u'\xe9'}


class Account:
    def __init__(self):
        self.name = 'n'
        self.secret = 's-1'


def running():
    yield handling(GENERATORS[0])


def handled():
    GENERATORS.append(running())
    return next(GENERATORS[0])


def handling(generator):
    try:
        raise KeyError('missing', u'x')
    except KeyError:
        password = 'hunter2'
        settings = {u'api_key': 'k-1', 'my_custom': 'c-1', u'other': -1L}
        account = Account()
        oracle.announce()
        time.sleep(3600)


GENERATORS = []
positional(1, (2, 3), e=5)
