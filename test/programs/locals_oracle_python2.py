"""As locals_oracle.py, of Python 2.7: thousands of drawn values in arguments, and what Python itself says of each."""
import array
import collections
import datetime
import decimal
import fractions
import functools
import json
import os
import random
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


class MyLong(long):
    pass


class MyFloat(float):
    pass


class MyStr(str):
    pass


class MyUnicode(unicode):
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


class Classic:
    def method(self):
        pass


class Derived(Classic):
    pass


class Slotted(object):
    __slots__ = ('first', 'second', '_third')


class Both(Slotted):
    __slots__ = ('fourth', '__dict__')


class Meta(type):
    pass


Made = Meta('Made', (object,), {})


def integer():
    kind = R.randrange(8)
    if kind == 0:
        return R.choice([0, 1, -1, 2**30, -2**30, 2**62, 2**63 - 1, -2**63, 2**63, -2**63 - 1, 2**64, 10**18, 10**19, 0L, 5L, -7L, 2**53 + 1])
    if kind < 5:
        return R.randrange(-1000, 1000)
    return R.getrandbits(R.choice([20, 31, 59, 61, 64, 100, 500, 3000])) * R.choice([1, -1])


def real():
    kind = R.randrange(6)
    if kind == 0:
        return R.choice([0.0, -0.0, float('inf'), float('-inf'), float('nan'), 1e16, 1e15, 9999999999999998.0, 1e-4, 1e-5, 0.1, 1 / 3.0,
                         5e-324, 1.7976931348623157e308, 123456789.123, 1e22, 1e21, 2.5, 100.0, 1e100])
    if kind < 4:
        return struct.unpack('<d', struct.pack('<Q', R.getrandbits(64)))[0]
    return R.choice([R.random(), R.randrange(10**6) / 100.0, R.random() * 10 ** R.randrange(-20, 20)])


def text(most=40):
    kind = R.randrange(8)
    n = R.choice([0, 1, 2, 5, R.randrange(most)])
    if kind == 0:
        return u''.join(unichr(R.randrange(0x20, 0x7f)) for _ in range(n))
    if kind == 1:
        return u''.join(unichr(R.randrange(0, 0x100)) for _ in range(n))
    if kind == 2:
        return u''.join(unichr(R.randrange(0, 0x3000)) for _ in range(n))
    if kind == 3:
        return u''.join(('\\U%08x' % R.randrange(0, 0x110000)).decode('unicode-escape') for _ in range(n))
    if kind == 4:
        return u''.join(R.choice([u'\ud800', u'\udc00', u'\udcff', u'a', u'\U0001f600', u'\u202e', u'\n']) for _ in range(n))
    if kind == 5:
        return R.choice([u"it's", u'say "x"', u'\'"', u"'", u'"', u'\\', u'\t\r\n\x00\x7f', u'\x1b[31m', u'\u200b', u'\xa0', u'\xad'])
    if kind == 6:
        return u'long ' + u'abc\u00e9\u4e2d'[R.randrange(5)] * R.randrange(100, 600)
    return R.choice([u'name', u'x', u'h\xe9llo', u'\U0001f40d', u'a b', u''])


def octets():
    n = R.choice([0, 1, 3, R.randrange(30), 500 if R.random() < 0.1 else 2])
    if R.random() < 0.3:
        return R.choice(["it's", 'say "x"', '\'"', '\\', '\t\r\n\0\x7f\xff', 'name', 'plain'])
    return ''.join(chr(R.getrandbits(8)) for _ in range(n)) if n < 100 else 'z' * n


def scalar():
    return R.choice([integer, real, text, octets, integer, octets, lambda: R.choice([True, False, None, Ellipsis, NotImplemented])])()


def hashable(depth):
    kind = R.randrange(8)
    if kind == 0 and depth > 0:
        return tuple(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 1 and depth > 0:
        return frozenset(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 2:
        return R.choice([datetime.date(2020, 1, 2), fractions.Fraction(1, 3), Plain, Classic])
    return scalar()


def many(depth):
    n = R.choice([0, 1, 2, 3, 5, 30 if R.random() < 0.2 else 4])
    return [value(depth - 1) for _ in range(n)]


def pairs(depth):
    n = R.choice([0, 1, 2, 3, 5, 30 if R.random() < 0.2 else 4])
    return [(hashable(1), value(depth - 1)) for _ in range(n)]


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


def ordered(depth):
    made = collections.OrderedDict(pairs(depth))
    for key in list(made)[:3]:
        if R.random() < 0.5:
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


def moment():
    made = datetime.datetime(R.randrange(1, 10000), R.randrange(1, 13), R.randrange(1, 29), R.randrange(24), R.randrange(60),
                             R.choice([0, R.randrange(60)]), R.choice([0, R.randrange(10**6)]))
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
        return error


def trouble(depth):
    if R.randrange(4) == 0:
        return wrong()
    return R.choice([ValueError, KeyError, MyError, StopIteration, OSError, KeyboardInterrupt])(*many(depth)[:3])


def inner(depth):
    def nested():
        return depth
    return nested


KEPT = [Plain(), Classic(), open('/dev/null', 'rb'), open('/dev/null')]
KEPT[3].close()
BUILTINS = [
    len, sorted, [].append, ''.join, dict.fromkeys, str.join, int.__add__, (5).__add__, int.real, Slotted.first, dict.__dict__['fromkeys'],
    text, Plain.method, KEPT[0].method, Plain.made, Plain.still, inner(1), lambda: 0, Classic, Classic.method, KEPT[1].method, Derived,
    Derived().method, functools.partial(sorted, 1, key=2), int, long, Plain, Made, MyError, ValueError, collections.OrderedDict, type, object, Meta,
    sys, os, types, json, threading, time, Plain.__dict__['still'], Plain.__dict__['made'], text.__code__, {1: 2}.viewkeys(),
    {1: 2}.viewvalues(), {1: 2}.viewitems(), {}.viewkeys(), os.stat_result(range(10)), time.gmtime(0), sys.version_info, sys.float_info,
    sys.flags, iter([]), iter({}), object(), property(), types.ModuleType('made'), weakref.ref(KEPT[0]), weakref.ref(Plain), weakref.ref(text),
    weakref.proxy(KEPT[0]), weakref.ref(Plain()), threading.Lock(), KEPT[0].method.__func__, KEPT[2], KEPT[3], sys.stderr,
    types.DictProxyType.__name__ and vars(Pair)['left'], xrange(5), xrange(2, 9), xrange(0), xrange(1, 10, 3), xrange(10, 0, -4), type(Classic),
    unicode, file, array.array,
]
LOCK = threading.Lock()
LOCK.acquire()


def value(depth=3):
    if depth <= 0:
        return scalar()
    make = R.choice([
        scalar, scalar, scalar, scalar,
        lambda: many(depth), lambda: tuple(many(depth)), lambda: mapping(depth), lambda: names(depth),
        lambda: set(hashable(2) for _ in range(R.randrange(6))), lambda: frozenset(hashable(2) for _ in range(R.randrange(4))), shrunk_set,
        lambda: slice(scalar(), value(0), None), lambda: queue(depth),
        lambda: collections.defaultdict(R.choice([int, list, None]), mapping(depth)), lambda: ordered(depth),
        lambda: collections.Counter(R.choice('abcdefgh') for _ in range(R.randrange(20))), lambda: collections.Counter({'a': 1.5, 'b': 2L, 'c': -1}),
        lambda: trouble(depth), lambda: R.choice(BUILTINS), lambda: LOCK,
        lambda: Pair(*(many(depth) + [1, 2])[:2]), Empty,
        moment, span, exact, lambda: uuid.UUID(int=R.getrandbits(128)),
        lambda: bytearray(octets()), lambda: memoryview(octets()), lambda: complex(real(), real()), lambda: complex(0, real()),
        lambda: MyList(many(depth)), lambda: MyDict(mapping(depth)), lambda: MyTuple(many(depth)), lambda: MySet(R.sample(range(9), 3)),
        lambda: MyFrozen([1]), lambda: MyInt(R.randrange(-9, 9)), lambda: MyLong(integer()), lambda: MyFloat(real()), lambda: MyStr(octets()),
        lambda: MyUnicode(text()), lambda: MyByteArray(octets()), lambda: MyDeque(many(depth), 9), lambda: MyDefault(int, a=1),
        lambda: MyOrdered(a=1), lambda: MyCounter('aab'), lambda: Sized(many(depth)), looped,
    ])
    return make()


def instance(head, items):
    shown = ', '.join('%s=%r' % item for item in items)
    return '%s: %s>' % (head, shown) if shown else head + '>'


def own(made):
    """Objects without a repr of their own, which are shown with their attributes."""
    return '<%s.%s at 0x%x' % (type(made).__module__, type(made).__name__, id(made))


def plain():
    made = Plain()
    for name, each in names(2).items():
        setattr(made, name, each)
    return made, instance(own(made), vars(made).items())


def classic():
    made = R.choice([Classic, Derived])()
    for name, each in names(2).items():
        setattr(made, name, each)
    return made, instance(repr(made)[:-1], vars(made).items())


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
        where = 'suspended in locals_oracle_python2.py, line %d' % made.gi_frame.f_lineno
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


for each in BUILTINS:
    hold(each)
while len(VALUES) < COUNT:
    special = R.choice([plain, classic, slotted, generator]) if R.random() < 0.05 else None
    if special:
        hold(*special())
    else:
        hold(value())

with open(FILE, 'w') as f:
    json.dump(EXPECTED, f)

NAMES = list(VALUES)


def descend(at):
    if at >= len(NAMES):
        oracle.announce()
        time.sleep(3600)
    part = NAMES[at:at + A_CALL]
    space = {'descend': descend}
    exec('def hold_them(%s):\n    descend(%d)' % (', '.join(part), at + A_CALL), space)
    space['hold_them'](*[VALUES[name] for name in part])


descend(0)
