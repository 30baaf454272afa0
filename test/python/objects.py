"""Holds objects of many kinds, and prints where each is and what is in it. Waits to be looked at."""
import collections
import json
import os
import signal
import sys
import time

signal.alarm(600)
kept = []


def keep(value):
    kept.append(value)
    return id(value)


class Plain(object):
    def __init__(self):
        self.a = 1
        self.b = 'two'


class WithSlots(object):
    __slots__ = ('x', '__dict__')


class OnlySlots(object):
    __slots__ = ('x',)


class Int(int):
    pass


class Tuple(tuple):
    pass


class Str(str):
    pass


class Error(ValueError):
    pass


Base = collections.namedtuple('Base', 'p q')


class Named(Base):
    pass


def function():
    class Local(object):
        class Nested(object):
            pass
    return Local


def attributes(instance, **values):
    """Never through `__dict__`, which would change how some versions keep them."""
    for name, value in values.items():
        setattr(instance, name, value)
    return [keep(instance), [[name, keep(value)] for name, value in values.items()]]


def instances():
    for cls in (Plain, WithSlots, Int, Str, Error, Named, type('Made', (), {}), type('Dict', (dict,), {})):
        for values in ({'a': 1}, {'b': 2, 'a': 1}, {'z': 0, 'b': 'x', 'a': None}):
            made = cls.__new__(cls, 1, 2) if cls is Named else cls.__new__(cls)
            yield attributes(made, **values)
    yield attributes(Tuple((1, 2, 3)), a=1)
    yield attributes(Int(-2 ** 100), a=1)
    yield attributes(Plain.__new__(Plain), **{'many_%d' % i: i for i in range(100)})
    yield attributes(function, attribute=7)
    yield attributes(Plain.__new__(Plain))
    # Deleted, set again, looked at.
    made = Plain()
    del made.a
    made.c = 3
    made.a = 4
    yield [keep(made), [['b', id(made.b)], ['c', id(made.c)], ['a', id(made.a)]]]
    made = Plain()
    made.__dict__['d'] = 5
    yield [keep(made), [[name, id(value)] for name, value in made.__dict__.items()]]
    made = Plain()
    vars(made)
    yield [keep(made), [['a', id(made.a)], ['b', id(made.b)]]]
    yield [keep(OnlySlots()), None]
    yield [keep(object()), None]


def dicts():
    yield {}
    yield {'a': 1}
    yield {1: 2, 'a': 3, None: 4, (): 5}
    for size in (5, 6, 100, 255, 256, 300, 70000):
        yield dict(('key %d' % i, i) for i in range(size))
        yield dict((i, str(i)) for i in range(size))
    holed = dict((i, i) for i in range(100))
    for i in range(0, 100, 3):
        del holed[i]
    yield holed
    emptied = {'a': 1, 'b': 2}
    emptied.clear()
    yield emptied
    yield Plain().__dict__
    yield collections.OrderedDict([('z', 1), ('a', 2)])
    yield sys.modules


strings = [
    '', 'a', 'ascii ' * 100, u'na\xefve', u'\u0434\u043e\u043c', u'\u623f\u5b50', u'\U0001f40d snake', u'lone \ud800 surrogate',
    u'\udc80', u'high \ud83d\U0001f40d', 'nul \0 inside', u'\U0010ffff', u'\xff' * 1000,
]
numbers = [0, 1, -1, 5, 255, 256, -5, 2 ** 30 - 1, 2 ** 30, -2 ** 30, 2 ** 31, 2 ** 47 + 12345, 2 ** 53 - 1, -2 ** 53 + 1]
types = [int, str, Plain, function(), function().Nested, Named, Error, collections.OrderedDict, type, WithSlots]

message = {
    'attributes': list(instances()),
    'dicts': [[keep(d), [[id(k), id(v)] for k, v in d.items()]] for d in dicts()],
    # As UTF-16, in which JSON loses nothing either.
    'strings': [[keep(s), s] for s in strings + [Str('of a subclass')]],
    'numbers': [[keep(n), n] for n in numbers],
    'large': [keep(n) for n in (2 ** 53, 2 ** 60 - 1, 2 ** 60, -2 ** 100)],
    'bytes': [[keep(b), b.hex()] for b in (b'', b'a', bytes(range(256)) * 10)],
    'types': [[keep(t), t.__qualname__] for t in types],
}
data = b'ready ' + json.dumps(message).encode('ascii') + b'\n'
while data:
    data = data[os.write(1, data):]
time.sleep(3600)
