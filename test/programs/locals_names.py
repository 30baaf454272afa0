"""Frames with variables of every kind: what they are called, which are arguments, in which order. 3.7 and later.

Python 3 only: keyword-only arguments, nonlocal.
"""
import sys
import threading
import types

import oracle

READY = threading.Event()


def positional(a, b=2, *rest, key, other='o', **options):
    local = 'l'
    if READY is None:
        unset = 0
    del b
    later = closure(local)
    return later


def closure(cell_argument):
    plain = 1
    cell = ['in a cell']
    if READY is None:
        never = 1

    def inner(own):
        nonlocal cell
        mine = own
        return body(cell_argument, cell, mine)

    return inner(plain)


def body(*_):
    class Body:
        """Doc."""
        first = 1
        second = [2]
        third = comprehension()

    return Body


def comprehension():
    outer = 'outer'
    return [made(x, outer) for x in [10]]


def made(x, outer):
    return next(generating(x))


def generating(limit):
    for n in range(limit):
        sent = yield failing(n)


def failing(n):
    try:
        raise KeyError('missing', n)
    except KeyError as error:
        return handled()


def handled():
    password = 'hunter2'
    settings = {'user': 'u', 'API_KEY': 'k-1', 'nested': {'token': 't-1', b'secret': 's-2'}, 'my_custom': 'c-1'}
    account = types.SimpleNamespace(name='n', secret='s-1')
    terminal = '\x1b[31mred\u202e'
    oracle.announce()
    stop = threading.Event()
    stop.wait()


module_level = [1, 2]
MODULE = 'constant'

if sys.version_info >= (3, 8):
    exec('def only(p, q=1, /, r=2, *, s): positional(p, q, r, key=s)')
else:
    def only(p, q=1, r=2, *, s):
        positional(p, q, r, key=s)

only('p', s='s')
