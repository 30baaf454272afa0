"""Holds thousands of drawn values in arguments, and writes down what Python itself says of each.

locals_oracle.py FILE [SEED] [COUNT]: as drawn.py tells, and with what only Python 3 has.
"""
import array
import asyncio
import collections
import datetime
import enum
import functools
import os
import pathlib
import re
import signal
import socket
import sys
import threading
import types
import typing
import weakref

import drawn
from drawn import BUILTINS, ERRORS, HASHABLE, KEPT, MAKERS, SCALARS, MyError, Pair, Plain, R, inner, integer, many, names, scalar, text, value

try:
    import dataclasses
except ImportError:
    dataclasses = None

if hasattr(sys, 'set_int_max_str_digits'):
    sys.set_int_max_str_digits(0)


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


class Triple(typing.NamedTuple):
    a: object
    b: object
    c: object = 3


class SubPair(Pair):
    pass


class Deep(MyError, ValueError):
    def __init__(self, *args):
        super().__init__(*args)
        self.more = args


class dict_(dict):
    pass


# A class of a program may have any name.
dict_.__name__ = dict_.__qualname__ = 'int'


def looped_instance():
    made = Point(1)
    if dataclasses:
        made.y = made
    return made


def moment():
    zone = R.choice([None, None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(minutes=R.randrange(-700, 700))),
                     datetime.timezone(datetime.timedelta(hours=1), 'CET')])
    made = drawn.date_and_time(zone, fold=R.randrange(2))
    return R.choice([made.timetz(), zone or made, made])


def path():
    made = R.choice([
        lambda: pathlib.Path('/usr/./lib//x'), lambda: pathlib.Path('a') / 'b' / '..', lambda: pathlib.PurePosixPath('/'),
        lambda: pathlib.PurePosixPath('//two'), lambda: pathlib.Path(), lambda: pathlib.Path('é\udcff'), lambda: pathlib.Path('/a', '/b', 'c'),
    ])()
    if R.random() < 0.3:
        str(made)
    return made


BUILTINS += [
    print, functools.partial(print, 1, sep='x'), functools.partial(inner), Colour, Right, enum.EnumMeta,
    typing.NamedTuple if isinstance(typing.NamedTuple, type) else int, types.MappingProxyType({1: 2}), {1: 2}.keys(), {1: 2}.values(),
    {1: 2}.items(), {}.keys(), types.SimpleNamespace(b=1, a='x'), types.SimpleNamespace(), zip(), bytes.maketrans, threading.RLock(),
    KEPT[0].method.__get__,
]
# Written in C or by a module's own rules.
BUILTINS += [
    sys.hash_info, sys.thread_info, os.terminal_size((80, 25)),
    os.times_result((0.5, 1, 2, 3, 4)), re.I, re.I | re.M, re.A | re.X | re.S, ~re.I if sys.version_info < (3, 11) else re.X,
    signal.SIGTERM, socket.AF_INET, types.MappingProxyType({}), memoryview(b'abc')[1:], array.array('i', [1, -2]),
    array.array('b'), array.array('B', range(200)), array.array('d', [0.1, -0.0, float('inf')]), array.array('f', [0.1]),
    array.array('Q', [2 ** 64 - 1]), array.array('q', [-1]), array.array('u', 'a\u4e2d\U0001f600'), array.array('L', [1]),
]
T, ANY_TEXT = typing.TypeVar('T'), typing.AnyStr
BUILTINS += [
    re.compile('a+b', re.I | re.M), re.compile(b'x\n', re.S), re.compile("it's"), re.compile('x' * 150 + "'" * 100), re.compile('a', re.A | re.X),
    re.compile(b'a', re.L), re.compile('\u65e5\xe9\u202e'), re.compile(b'(?i)"\''), re.search(b'b+', b'abbbc'), re.search('x+', 'y' + 'x' * 200),
    re.search('.+', 'a\U0001f600\u65e5"'), re.match('', ''), re.search('b', 'a' * 5000 + 'b'), re.match(drawn.MyText('.'), drawn.MyText('a')),
    T, ANY_TEXT, typing.TypeVar('S', covariant=True), typing.TypeVar('R', bound=int, contravariant=True),
]
if sys.version_info >= (3, 7):
    BUILTINS += [
        typing.List, typing.List[int], typing.Dict[str, typing.List[T]], typing.Tuple[int, ...], typing.ClassVar[int], typing.Type[Plain],
        typing.Callable[[int, str], Plain], typing.Callable[..., str], typing.Callable, typing.List[typing.Any], typing.Generic, typing.Union,
        typing.Iterable[collections.OrderedDict], typing.Union[int, str, None], typing.Optional[Plain], typing.Dict[str, typing.Optional[T]],
    ]
if sys.version_info >= (3, 9):
    BUILTINS += [
        typing.Annotated[int, 'x', [1]], typing.Annotated[typing.List[int], 1], typing.Literal[1, 'a', None], typing.Final[int], list[T],
    ]
if sys.version_info >= (3, 10):
    P = typing.ParamSpec('P')
    BUILTINS += [P, typing.Callable[P, int], typing.Callable[typing.Concatenate[int, P], str], typing.NewType('UserId', int)]
if sys.version_info >= (3, 11):
    BUILTINS += [typing.TypeVarTuple('Ts'), typing.Tuple[()], typing.Self, typing.Never]
if sys.version_info >= (3, 12):
    BUILTINS += [typing.TypeVar('I', infer_variance=True), typing.ParamSpec('Q', covariant=True)]
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
HELD = threading.RLock()
HELD.acquire()
HELD.acquire()
BUILTINS.append(HELD)

SCALARS.append(text)
HASHABLE += [Colour.RED, Number.TWO, Right.READ]
ERRORS.append(Deep)
MAKERS += [
    lambda depth: range(R.randrange(-5, 5), integer(), R.choice([1, 1, 2, -3])),
    lambda depth: R.choice(list(Colour) + list(Number) + list(Right) + list(Mode) + [Right.READ | Right.WRITE, Mode.A | Mode.C, Mode(16 | 1), Right(0)]),
    lambda depth: Triple(value(depth - 1), scalar()), lambda depth: SubPair(1, value(depth - 1)),
    lambda depth: Point(value(depth - 1), scalar()), lambda depth: Further(scalar(), 2, 3, value(depth - 1)),
    lambda depth: moment(), lambda depth: path(), lambda depth: drawn.MyInt(integer()), lambda depth: dict_(a=1), lambda depth: looped_instance(),
    lambda depth: types.SimpleNamespace(**names(depth)), lambda depth: functools.partial(R.choice([print, inner]), *many(depth), **names(depth)),
]


async def waiting():
    await asyncio.sleep(0)


def coroutine():
    made = waiting()
    KEPT.append(made)
    return made, repr(made)[:-1] + ', not started>'


drawn.hold_all([coroutine])
