"""Holds thousands of drawn values in arguments, and writes down what Python itself says of each.

locals_oracle.py FILE [SEED] [COUNT]: FILE becomes {"name": [type, repr], ...}, names being those of the arguments that
hold the values, spread over a chain of calls. Runs on Python 3.6 and later.
"""
import array
import asyncio
import collections
import datetime
import decimal
import enum
import fractions
import functools
import json
import os
import pathlib
import random
import re
import signal
import socket
import struct
import sys
import threading
import time
import types
import typing
import uuid
import weakref

import oracle

try:
    import dataclasses
except ImportError:
    dataclasses = None

FILE = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
A_CALL = 100

if hasattr(sys, 'set_int_max_str_digits'):
    sys.set_int_max_str_digits(0)
R = random.Random(SEED)


class Colour(enum.Enum):
    RED = 1
    GREEN = 'green'
    BOTH = (1, 2.5)


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


class Right(enum.Flag):
    READ = 4
    WRITE = 2
    EXECUTE = 1


class Mode(enum.IntFlag):
    A = 1
    B = 2
    C = 8
    AB = 3


if dataclasses:
    @dataclasses.dataclass
    class Point:
        x: object
        y: object = 7
        hidden: object = dataclasses.field(default=0, repr=False)
        shared: typing.ClassVar[int] = 3

    @dataclasses.dataclass(order=True)
    class Further(Point):
        z: object = None
else:
    def Point(*values):
        return list(values)

    Further = Point


Pair = collections.namedtuple('Pair', 'left right')
Empty = collections.namedtuple('Empty', '')


class Triple(typing.NamedTuple):
    a: object
    b: object
    c: object = 3


class SubPair(Pair):
    pass


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


class MyStr(str):
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


class Deep(MyError, ValueError):
    def __init__(self, *args):
        super().__init__(*args)
        self.more = args


class Sized(list):
    __slots__ = ('size',)


class Plain:
    def method(self):
        pass

    @classmethod
    def made(cls):
        pass

    @staticmethod
    def still():
        pass


class Slotted:
    __slots__ = ('first', 'second', '_third')


class Both(Slotted):
    __slots__ = ('fourth', '__dict__')


class dict_(dict):
    pass


# A class of a program may have any name.
dict_.__name__ = dict_.__qualname__ = 'int'


def integer():
    kind = R.randrange(8)
    if kind == 0:
        return R.choice([0, 1, -1, 2**30, 2**30 - 1, -2**30, 2**60, 2**60 - 1, 2**63, -2**63, 2**64, 10**18, 10**19, 2**53 + 1])
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


def text(most=40):
    kind = R.randrange(9)
    n = R.choice([0, 1, 2, 5, R.randrange(most)])
    if kind == 0:
        return ''.join(chr(R.randrange(0x20, 0x7f)) for _ in range(n))
    if kind == 1:
        return ''.join(chr(R.randrange(0, 0x100)) for _ in range(n))
    if kind == 2:
        return ''.join(chr(R.randrange(0, 0x3000)) for _ in range(n))
    if kind == 3:
        return ''.join(chr(R.randrange(0, 0x110000)) for _ in range(n))
    if kind == 4:
        return ''.join(R.choice(['\ud800', '\udc00', '\udcff', 'a', '\U0001f600', '\u202e', '\n']) for _ in range(n))
    if kind == 5:
        return R.choice(["it's", 'say "x"', '\'"', "'", '"', '\\', '\t\r\n\x00\x7f', '\x1b[31m', '\u200b', '\xa0', '\xad', '\u3000'])
    if kind == 6:
        return 'long ' + 'abc\u00e9\u4e2d'[R.randrange(5)] * R.randrange(100, 600)
    return R.choice(['name', 'x', 'héllo', '日本語', '🐍', 'a b', ''])


def octets():
    n = R.choice([0, 1, 3, R.randrange(30), 500 if R.random() < 0.1 else 2])
    if R.random() < 0.3:
        return R.choice([b"it's", b'say "x"', b'\'"', b'\\', b'\t\r\n\0\x7f\xff'])
    return bytes(R.getrandbits(8) for _ in range(n)) if n < 100 else b'z' * n


def scalar():
    return R.choice([integer, real, text, octets, integer, text, lambda: R.choice([True, False, None, Ellipsis, NotImplemented])])()


def hashable(depth):
    kind = R.randrange(8)
    if kind == 0 and depth > 0:
        return tuple(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 1 and depth > 0:
        return frozenset(hashable(depth - 1) for _ in range(R.randrange(4)))
    if kind == 2:
        return R.choice([Colour.RED, Number.TWO, Right.READ, datetime.date(2020, 1, 2), fractions.Fraction(1, 3)])
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
    return {name: value(depth - 1) for name in R.sample(['a', 'b', 'c', 'd', 'e', 'f', 'g'], R.randrange(5))}


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
        if R.random() < 0.5:
            made.move_to_end(key, last=R.random() < 0.5)
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


def looped(_depth):
    kind = R.randrange(6 if dataclasses else 5)
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
    elif kind == 4:
        made = collections.OrderedDict()
        made['o'] = made
    else:
        made = Point(1)
        made.y = made
    return made


def moment():
    zone = R.choice([None, None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(minutes=R.randrange(-700, 700))),
                     datetime.timezone(datetime.timedelta(hours=1), 'CET')])
    made = datetime.datetime(R.randrange(1, 10000), R.randrange(1, 13), R.randrange(1, 29), R.randrange(24), R.randrange(60),
                             R.choice([0, R.randrange(60)]), R.choice([0, R.randrange(10**6)]), zone, fold=R.randrange(2))
    return R.choice([made, made.date(), made.timetz(), made.time(), zone or made])


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
        lambda: fractions.Fraction(R.randrange(-99, 99), R.randrange(1, 99)),
    ])()


def path():
    made = R.choice([
        lambda: pathlib.Path('/usr/./lib//x'), lambda: pathlib.Path('a') / 'b' / '..', lambda: pathlib.PurePosixPath('/'),
        lambda: pathlib.PurePosixPath('//two'), lambda: pathlib.Path(), lambda: pathlib.Path('é\udcff'), lambda: pathlib.Path('/a', '/b', 'c'),
    ])()
    if R.random() < 0.3:
        str(made)
    return made


def wrong():
    try:
        return R.choice([
            lambda: 1 / 0, lambda: {}['k'], lambda: [][1], lambda: int('x'), lambda: open('/nonexistent'), lambda: None.x,
        ])()
    except Exception as error:
        error.__traceback__ = None
        return error


def trouble(depth):
    kind = R.randrange(4)
    if kind == 0:
        return wrong()
    return R.choice([ValueError, KeyError, MyError, Deep, StopIteration, OSError, KeyboardInterrupt])(*many(depth)[:3])


def inner(depth):
    def nested():
        return depth
    return nested


KEPT = [Plain(), Plain.__init__, Plain]
BUILTINS = [
    len, print, [].append, ''.join, dict.fromkeys, str.join, int.__add__, (5).__add__, int.real, Slotted.first, dict.__dict__['fromkeys'],
    text, Plain.method, KEPT[0].method, Plain.made, Plain.still, inner(1), lambda: 0, functools.partial(print, 1, sep='x'),
    functools.partial(inner), int, Plain, Colour, Right, MyError, collections.OrderedDict, type, object, enum.EnumMeta, typing.NamedTuple
    if isinstance(typing.NamedTuple, type) else int, sys, os, types, json, threading, Plain.__dict__['still'], Plain.__dict__['made'],
    text.__code__, types.MappingProxyType({1: 2}), {1: 2}.keys(), {1: 2}.values(), {1: 2}.items(), {}.keys(), os.stat_result(range(10)),
    types.SimpleNamespace(b=1, a='x'), types.SimpleNamespace(), iter([]), iter({}), zip(), object(), property(), bytes.maketrans,
    Ellipsis, NotImplemented, types.ModuleType('made'), weakref.ref(KEPT[0]), weakref.ref(Plain), weakref.ref(text), weakref.proxy(KEPT[0]),
    weakref.ref(Plain()), threading.Lock(), threading.RLock(), KEPT[0].method.__func__, KEPT[0].method.__get__,
]
# Written in C or by a module's own rules.
BUILTINS += [
    sys.version_info, sys.flags, sys.float_info, sys.hash_info, sys.thread_info, time.gmtime(0), os.terminal_size((80, 25)),
    os.times_result((0.5, 1, 2, 3, 4)), re.I, re.I | re.M, re.A | re.X | re.S, ~re.I if sys.version_info < (3, 11) else re.X,
    signal.SIGTERM, socket.AF_INET, types.MappingProxyType({}), memoryview(b'abc')[1:], array.array('i', [1, -2]),
    array.array('b'), array.array('B', range(200)), array.array('d', [0.1, -0.0, float('inf')]), array.array('f', [0.1]),
    array.array('Q', [2 ** 64 - 1]), array.array('q', [-1]), array.array('u', 'a\u4e2d\U0001f600'), array.array('L', [1]),
]
if sys.version_info >= (3, 9):
    BUILTINS += [list[int], dict[str, list[int]], tuple[int, ...], tuple[()], type[Colour], list[None], collections.deque[Plain]]
    import zoneinfo
    for key in ('UTC', 'Europe/Berlin'):
        try:
            BUILTINS += [zoneinfo.ZoneInfo(key), datetime.datetime(2024, 5, 6, 7, tzinfo=zoneinfo.ZoneInfo(key))]
        except zoneinfo.ZoneInfoNotFoundError:
            pass
if sys.version_info >= (3, 10):
    BUILTINS += [int | None, int | str | list[int], Plain | None, collections.OrderedDict | datetime.date]
HELD = [threading.Lock(), threading.RLock()]
HELD[0].acquire()
HELD[1].acquire()
HELD[1].acquire()


def value(depth=3):
    if depth <= 0:
        return scalar()
    make = R.choice([
        scalar, scalar, scalar, scalar,
        lambda: many(depth), lambda: tuple(many(depth)), lambda: mapping(depth), lambda: attributes(depth),
        lambda: {hashable(2) for _ in range(R.randrange(6))}, lambda: frozenset(hashable(2) for _ in range(R.randrange(4))), shrunk_set,
        lambda: range(R.randrange(-5, 5), integer(), R.choice([1, 1, 2, -3])), lambda: slice(scalar(), value(0), None),
        lambda: queue(depth), lambda: collections.defaultdict(R.choice([int, list, None]), mapping(depth)), lambda: ordered(depth),
        lambda: collections.Counter(R.choices('abcdefgh', k=R.randrange(20))), lambda: collections.Counter({'a': 1.5, 'b': 2, 'c': -1}),
        lambda: R.choice(list(Colour) + list(Number) + list(Right) + list(Mode) + [Right.READ | Right.WRITE, Mode.A | Mode.C, Mode(16 | 1), Right(0)]),
        lambda: trouble(depth), lambda: R.choice(BUILTINS), lambda: R.choice(HELD),
        lambda: Pair(*(many(depth) + [1, 2])[:2]), lambda: Triple(value(depth - 1), scalar()), lambda: SubPair(1, value(depth - 1)), Empty,
        lambda: Point(value(depth - 1), scalar()), lambda: Further(scalar(), 2, 3, value(depth - 1)),
        moment, span, exact, lambda: uuid.UUID(int=R.getrandbits(128)), path,
        lambda: bytearray(octets()), lambda: memoryview(octets()), lambda: complex(real(), real()), lambda: complex(0, real()),
        lambda: MyList(many(depth)), lambda: MyDict(mapping(depth)), lambda: MyTuple(many(depth)), lambda: MySet(R.sample(range(9), 3)),
        lambda: MyFrozen([1]), lambda: MyInt(integer()), lambda: MyFloat(real()), lambda: MyStr(text()), lambda: MyBytes(octets()),
        lambda: MyByteArray(octets()), lambda: MyDeque(many(depth), 9), lambda: MyDefault(int, a=1), lambda: MyOrdered(a=1),
        lambda: MyCounter('aab'), lambda: dict_(a=1), lambda: Sized(many(depth)), lambda: looped(depth),
        lambda: types.SimpleNamespace(**names(depth)), lambda: functools.partial(R.choice([print, inner]), *many(depth), **names(depth)),
    ])
    return make()


def instance(head, items):
    shown = ', '.join('%s=%r' % item for item in items)
    return '%s: %s>' % (head, shown) if shown else head + '>'


def own(made):
    """Objects without a repr of their own, which are shown with their attributes."""
    return '<%s.%s at 0x%x' % (type(made).__module__, type(made).__qualname__, id(made))


def plain():
    made = Plain()
    items = names(2)
    if R.random() < 0.5:
        # Not the order in which the class first saw them.
        items = dict(sorted(items.items(), reverse=True))
    for name, each in items.items():
        setattr(made, name, each)
    return made, instance(own(made), items.items())


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


async def waiting():
    await asyncio.sleep(0)


def generator():
    made = counting(3)
    kind = R.randrange(3)
    where = 'not started'
    if kind == 1:
        next(made)
        where = 'suspended in locals_oracle.py, line %d' % made.gi_frame.f_lineno
    if kind == 2:
        list(made)
        where = 'finished'
    return made, '%s, %s>' % (repr(made)[:-1], where)


def coroutine():
    made = waiting()
    KEPT.append(made)
    return made, repr(made)[:-1] + ', not started>'


VALUES = {}
EXPECTED = {}


def hold(made, shown=None):
    name = 'v%d' % len(VALUES)
    VALUES[name] = made
    shown = repr(made) if shown is None else shown
    # Instances are shown without the word, for their attributes may follow.
    EXPECTED[name] = [type(made).__name__, shown.replace('.Plain object at', '.Plain at')]


for each in BUILTINS + HELD:
    hold(each)
while len(VALUES) < COUNT:
    special = R.choice([plain, slotted, generator, coroutine]) if R.random() < 0.05 else None
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
        threading.Event().wait()
    part = NAMES[at:at + A_CALL]
    space = {'descend': descend}
    exec('def hold_them(%s):\n    descend(%d)' % (', '.join(part), at + A_CALL), space)
    space['hold_them'](*[VALUES[name] for name in part])


descend(0)
