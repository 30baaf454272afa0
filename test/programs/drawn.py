"""Draws values of kinds that every Python has, and holds them all in arguments, for locals_oracle.py and its twin of Python 2.

Both are started with FILE [SEED] [COUNT]: FILE becomes {"name": [type, repr], ...}, names being those of the arguments
that hold the values, spread over a chain of calls. They add what only their Python has to `MAKERS`, `SCALARS`,
`HASHABLE`, `INTEGERS`, `ERRORS` and `BUILTINS`, and then call `hold_all`.
"""
from __future__ import division

import array
import collections
import datetime
import decimal
import fractions
import functools
import itertools
import json
import operator
import os
import random
import re
import struct
import sys
import threading
import time
import types
import uuid
import weakref

import oracle

FILE = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
A_CALL = 100

R = random.Random(SEED)
Pair = collections.namedtuple('Pair', 'left right')
Empty = collections.namedtuple('Empty', '')


class MyList(list):
    pass


class MyDict(dict):
    pass


class MyTuple(tuple):
    pass


class MySet(set):
    pass


class MyFrozen(frozenset):
    pass


class MyInt(int):
    pass


class MyFloat(float):
    pass


class MyText(type(u'')):
    pass


class MyBytes(bytes):
    pass


class MyByteArray(bytearray):
    pass


class MyDeque(collections.deque):
    pass


class MyDefault(collections.defaultdict):
    pass


class MyOrdered(collections.OrderedDict):
    pass


class MyCounter(collections.Counter):
    pass


class MyError(Exception):
    pass


class Sized(list):
    __slots__ = ('size',)


class Plain(object):
    def method(self):
        pass

    @classmethod
    def made(cls):
        pass

    @staticmethod
    def still():
        pass


class Slotted(object):
    __slots__ = ('first', 'second', '_third')


class Both(Slotted):
    __slots__ = ('fourth', '__dict__')


INTEGERS = [
    0, 1, -1, 2**30, 2**30 - 1, -2**30, 2**60, 2**60 - 1, 2**62, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, 10**18, 10**19, 2**53 + 1,
]


def integer():
    kind = R.randrange(8)
    if kind == 0:
        return R.choice(INTEGERS)
    if kind < 5:
        return R.randrange(-1000, 1000)
    return R.getrandbits(R.choice([20, 31, 59, 61, 64, 100, 500, 3000])) * R.choice([1, -1])


def real():
    kind = R.randrange(6)
    if kind == 0:
        return R.choice([0.0, -0.0, float('inf'), float('-inf'), float('nan'), 1e16, 1e15, 9999999999999998.0, 1e-4, 1e-5, 0.1, 1 / 3,
                         5e-324, 1.7976931348623157e308, 123456789.123, 1e22, 1e21, 2.5, 100.0, 1e100])
    if kind < 4:
        return struct.unpack('<d', struct.pack('<Q', R.getrandbits(64)))[0]
    return R.choice([R.random(), R.randrange(10**6) / 100, R.random() * 10 ** R.randrange(-20, 20)])


def character(below):
    # Not chr: Python 2 has another for text, which in some of its builds knows no character beyond U+FFFF.
    return ('\\U%08x' % R.randrange(below)).encode('ascii').decode('unicode-escape')


def text(most=40):
    kind = R.randrange(9)
    n = R.choice([0, 1, 2, 5, R.randrange(most)])
    if kind == 0:
        return u''.join(R.choice(PRINTABLE_ASCII) for _ in range(n))
    if kind < 4:
        return u''.join(character([0x100, 0x3000, 0x110000][kind - 1]) for _ in range(n))
    if kind == 4:
        return u''.join(R.choice([u'\ud800', u'\udc00', u'\udcff', u'a', u'\U0001f600', u'\u202e', u'\n']) for _ in range(n))
    if kind == 5:
        return R.choice([u"it's", u'say "x"', u'\'"', u"'", u'"', u'\\', u'\t\r\n\x00\x7f', u'\x1b[31m', u'\u200b', u'\xa0', u'\xad', u'\u3000'])
    if kind == 6:
        return u'long ' + u'abc\u00e9\u4e2d'[R.randrange(5)] * R.randrange(100, 600)
    return R.choice([u'name', u'x', u'h\xe9llo', u'\u65e5\u672c\u8a9e', u'\U0001f40d', u'a b', u''])


PRINTABLE_ASCII = bytes(bytearray(range(0x20, 0x7f))).decode('ascii')


def octets():
    n = R.choice([0, 1, 3, R.randrange(30), 500 if R.random() < 0.1 else 2])
    if R.random() < 0.3:
        return R.choice([b"it's", b'say "x"', b'\'"', b'\\', b'\t\r\n\0\x7f\xff', b'name', b'plain'])
    return bytes(bytearray(R.getrandbits(8) for _ in range(n))) if n < 100 else b'z' * n


SCALARS = [integer, real, text, octets, integer, lambda: R.choice([True, False, None, Ellipsis, NotImplemented])]


def scalar():
    return R.choice(SCALARS)()


HASHABLE = [datetime.date(2020, 1, 2), fractions.Fraction(1, 3), Plain]


def hashable(depth):
    kind = R.randrange(8)
    if kind == 0 and depth > 0:
        return tuple(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 1 and depth > 0:
        return frozenset(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 2:
        return R.choice(HASHABLE)
    return scalar()


def some():
    return R.choice([0, 1, 2, 3, 5, 30 if R.random() < 0.2 else 4])


def many(depth):
    return [value(depth - 1) for _ in range(some())]


def pairs(depth):
    return [(hashable(1), value(depth - 1)) for _ in range(some())]


def mapping(depth):
    made = dict(pairs(depth))
    for key in list(made):
        if R.random() < 0.2:
            del made[key]
    if R.random() < 0.3:
        made['added'] = value(depth - 1)
    return made


def names(depth):
    return dict((name, value(depth - 1)) for name in R.sample(['a', 'b', 'c', 'd', 'e', 'f', 'g'], R.randrange(5)))


def attributes(depth):
    made = Plain()
    for name, each in names(depth).items():
        setattr(made, name, each)
    if R.random() < 0.2:
        made.extra = 1
        del made.extra
    return vars(made)


def ordered(depth):
    made = collections.OrderedDict(pairs(depth))
    for key in list(made)[:3]:
        if R.random() < 0.5 and hasattr(made, 'move_to_end'):
            made.move_to_end(key, last=R.random() < 0.5)
        elif R.random() < 0.5:
            each = made.pop(key)
            made[key] = each
    return made


def shrunk_set():
    made = set(range(R.randrange(200)))
    for each in list(made):
        if R.random() < 0.95:
            made.discard(each)
    return made


def queue(depth):
    made = collections.deque(maxlen=R.choice([None, None, 3, 100]))
    for each in many(depth) * R.choice([1, 1, 8]):
        made.append(each) if R.random() < 0.5 else made.appendleft(each)
    return made


def looped():
    kind = R.randrange(5)
    if kind == 0:
        made = [1]
        made.append(made)
    elif kind == 1:
        made = {}
        made['self'] = [made]
    elif kind == 2:
        made = collections.deque()
        made.append((made,))
    elif kind == 3:
        made = collections.defaultdict(list)
        made['d'] = made
    else:
        made = collections.OrderedDict()
        made['o'] = made
    return made


def date_and_time(*zone, **fold):
    return datetime.datetime(R.randrange(1, 10000), R.randrange(1, 13), R.randrange(1, 29), R.randrange(24), R.randrange(60),
                             R.choice([0, R.randrange(60)]), R.choice([0, R.randrange(10**6)]), *zone, **fold)


def moment():
    made = date_and_time()
    return R.choice([made, made.date(), made.time()])


def span():
    return R.choice([
        datetime.timedelta(0), datetime.timedelta(days=R.randrange(-999, 999)), datetime.timedelta(seconds=R.random() * 1e6),
        datetime.timedelta(microseconds=-1), datetime.timedelta.max,
    ])


def exact():
    return R.choice([
        lambda: decimal.Decimal(integer()), lambda: decimal.Decimal(R.random()),
        lambda: decimal.Decimal((R.randrange(2), [R.randrange(1, 10) for _ in range(R.randrange(1, 60))], R.randrange(-70, 70))),
        lambda: decimal.Decimal(R.choice(['NaN', 'sNaN', '-NaN123', 'Infinity', '-Infinity', '0', '-0', '0E+3', '0.000000', '0E-7', '1E+999'])),
        lambda: fractions.Fraction(R.randrange(-99, 99), R.randrange(1, 99)), lambda: fractions.Fraction(2**70, 3),
    ])()


def wrong():
    try:
        return R.choice([lambda: 1 // 0, lambda: {}['k'], lambda: [][1], lambda: int('x'), lambda: open('/nonexistent'), lambda: None.x])()
    except Exception as error:
        if hasattr(error, '__traceback__'):
            error.__traceback__ = None
        return error


ERRORS = [ValueError, KeyError, MyError, StopIteration, OSError, KeyboardInterrupt]


def trouble(depth):
    return wrong() if R.randrange(4) == 0 else R.choice(ERRORS)(*many(depth)[:3])


def inner(depth):
    def nested():
        return depth
    return nested


KEPT = [Plain()]
HELD = threading.Lock()
HELD.acquire()
BUILTINS = [
    len, sorted, [].append, ''.join, dict.fromkeys, str.join, int.__add__, (5).__add__, int.real, Slotted.first, dict.__dict__['fromkeys'],
    text, Plain.method, KEPT[0].method, Plain.made, Plain.still, inner(1), lambda: 0, functools.partial(sorted, 1, key=2), int, Plain, MyError,
    ValueError, collections.OrderedDict, type, object, array.array, sys, os, types, json, threading, time, Plain.__dict__['still'],
    Plain.__dict__['made'], text.__code__, os.stat_result(range(10)), time.gmtime(0), sys.version_info, sys.float_info, sys.flags, iter([]),
    iter({}), object(), property(), types.ModuleType('made'), weakref.ref(KEPT[0]), weakref.ref(Plain), weakref.ref(text),
    weakref.proxy(KEPT[0]), weakref.ref(Plain()), threading.Lock(), HELD, KEPT[0].method.__func__, Ellipsis, NotImplemented,
    itertools.count(), itertools.count(5, 2), itertools.count(-3), itertools.count(2**70, 2**71), itertools.count(1.5), itertools.count(0, -1),
    itertools.repeat('x'), itertools.repeat('x', 3), itertools.repeat([1], 0), itertools.chain([1]), itertools.cycle([1]), itertools.islice([1], 1),
    operator.itemgetter(1), operator.itemgetter('a', None, [1]), operator.attrgetter('a.b'), operator.attrgetter('a', "it's.b"),
    re.compile(u'a+b'), re.match(b'a(b)', b'abc'),
]

# Each makes a value, within so many levels.
MAKERS = [lambda depth: scalar()] * 4 + [
    many, lambda depth: tuple(many(depth)), mapping, attributes, names,
    lambda depth: set(hashable(2) for _ in range(R.randrange(6))), lambda depth: frozenset(hashable(2) for _ in range(R.randrange(4))),
    lambda depth: shrunk_set(), lambda depth: slice(scalar(), value(0), None), queue,
    lambda depth: collections.defaultdict(R.choice([int, list, None]), mapping(depth)), ordered,
    lambda depth: collections.Counter(R.choice('abcdefgh') for _ in range(R.randrange(20))),
    lambda depth: collections.Counter({'a': 1.5, 'b': 2, 'c': -1}),
    trouble, lambda depth: R.choice(BUILTINS), lambda depth: Pair(*(many(depth) + [1, 2])[:2]), lambda depth: Empty(),
    lambda depth: moment(), lambda depth: span(), lambda depth: exact(), lambda depth: uuid.UUID(int=R.getrandbits(128)),
    lambda depth: bytearray(octets()), lambda depth: memoryview(octets()), lambda depth: complex(real(), real()),
    lambda depth: complex(0, real()), lambda depth: MyList(many(depth)), lambda depth: MyDict(mapping(depth)),
    lambda depth: MyTuple(many(depth)), lambda depth: MySet(R.sample(range(9), 3)), lambda depth: MyFrozen([1]),
    lambda depth: MyInt(R.randrange(-9, 9)), lambda depth: MyFloat(real()), lambda depth: MyText(text()), lambda depth: MyBytes(octets()),
    lambda depth: MyByteArray(octets()), lambda depth: MyDeque(many(depth), 9), lambda depth: MyDefault(int, a=1),
    lambda depth: MyOrdered(a=1), lambda depth: MyCounter('aab'), lambda depth: Sized(many(depth)), lambda depth: looped(),
]


def value(depth=3):
    return R.choice(MAKERS)(depth) if depth > 0 else scalar()


def instance(head, items):
    shown = ', '.join('%s=%r' % item for item in items)
    return '%s: %s>' % (head, shown) if shown else head + '>'


def own(made):
    """Objects without a repr of their own, which are shown with their attributes."""
    kind = type(made)
    return '<%s.%s at 0x%x' % (kind.__module__, getattr(kind, '__qualname__', kind.__name__), id(made))


def plain():
    made = Plain()
    items = list(names(2).items())
    if R.random() < 0.5:
        # Not the order in which the class first saw them.
        items.sort(key=lambda item: item[0], reverse=True)
    for name, each in items:
        setattr(made, name, each)
    return made, instance(own(made), vars(made).items())


def slotted():
    made = R.choice([Slotted, Both])()
    items = []
    for name in ('first', 'second', '_third') + (('fourth',) if isinstance(made, Both) else ()):
        if R.random() < 0.7:
            items.append((name, value(2)))
            setattr(made, *items[-1])
    if isinstance(made, Both) and R.random() < 0.7:
        made.free = 1
        items.append(('free', 1))
    return made, instance(own(made), items)


def counting(limit):
    for n in range(limit):
        yield n


def generator():
    made = counting(3)
    kind = R.randrange(3)
    where = 'not started'
    if kind == 1:
        next(made)
        where = 'suspended in drawn.py, line %d' % made.gi_frame.f_lineno
    if kind == 2:
        list(made)
        where = 'finished'
    return made, '%s, %s>' % (repr(made)[:-1], where)


VALUES = collections.OrderedDict()
EXPECTED = {}


def hold(made, shown=None):
    name = 'v%d' % len(VALUES)
    VALUES[name] = made
    shown = repr(made) if shown is None else shown
    # Instances are shown without the word, for their attributes may follow.
    EXPECTED[name] = [type(made).__name__, shown.replace('.Plain object at', '.Plain at')]


def hold_all(specials):
    """Each of BUILTINS and drawn values, some of which `specials` make with what is expected to be shown. Never returns."""
    for each in BUILTINS:
        hold(each)
    while len(VALUES) < COUNT:
        if R.random() < 0.05:
            hold(*R.choice([plain, slotted, generator] + specials)())
        else:
            hold(value())
    with open(FILE, 'w') as f:
        json.dump(EXPECTED, f)
    descend(list(VALUES), 0)


def descend(held, at):
    if at >= len(held):
        oracle.announce()
        time.sleep(3600)
    part = held[at:at + A_CALL]
    space = {'descend': lambda: descend(held, at + A_CALL)}
    exec('def hold_them(%s):\n    descend()' % ', '.join(part), space)
    space['hold_them'](*[VALUES[name] for name in part])
