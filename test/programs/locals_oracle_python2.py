"""As locals_oracle.py, with what only Python 2.7 has."""
import sys

import drawn
from drawn import BUILTINS, HASHABLE, INTEGERS, KEPT, MAKERS, SCALARS, Pair, R, instance, integer, names, octets


class MyLong(long):
    pass


class Classic:
    def method(self):
        pass


class Derived(Classic):
    pass


class Meta(type):
    pass


Made = Meta('Made', (object,), {})

KEPT += [Classic(), open('/dev/null', 'rb'), open('/dev/null')]
KEPT[3].close()
BUILTINS += [
    Classic, Classic.method, KEPT[1].method, Derived, Derived().method, long, Made, Meta, {1: 2}.viewkeys(), {1: 2}.viewvalues(), {1: 2}.viewitems(),
    {}.viewkeys(), KEPT[2], KEPT[3], sys.stderr, vars(Pair)['left'], xrange(5), xrange(2, 9), xrange(0), xrange(1, 10, 3), xrange(10, 0, -4),
    type(Classic), unicode, file, buffer('abc'), buffer('abc', 1), buffer('abc', 1, 2), buffer(bytearray(b'x')),
]
INTEGERS += [0L, 5L, -7L]
SCALARS.append(octets)
HASHABLE.append(Classic)
MAKERS.append(lambda depth: MyLong(integer()))


def classic():
    made = R.choice([Classic, Derived])()
    for name, each in names(2).items():
        setattr(made, name, each)
    return made, instance(repr(made)[:-1], vars(made).items())


drawn.hold_all([classic])
