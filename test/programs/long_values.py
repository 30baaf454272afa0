"""Values that are long as a whole, though none of their parts is."""
import collections
import threading

import oracle


class Wide(object):
    def __init__(self):
        for i in range(20):
            setattr(self, 'attribute_%d' % i, 'v' * 190)


Pair = collections.namedtuple('Pair', 'left right')


def hold():
    environment = dict(('NAME_%d' % i, 'x' * 190) for i in range(20))
    rows = [['y' * 100] * 20] * 20
    wide = Wide()
    pair = Pair('a' * 150, ['b' * 150] * 15)
    error = ValueError(*['e' * 190] * 12)
    called = type('T' * 5000, (object,), {})()
    named = Wide()
    setattr(named, 'n' * 5000, 1)
    numbers = [10 ** 180] * 20
    digits = 10 ** 100000
    escapes = u'\U000e0001' * 1000
    octets = bytearray(1000)
    kinds = list(map(lambda i: type('K%d' % i + 'k' * 150, (object,), {}), range(20)))
    oracle.announce()
    threading.Event().wait()


hold()
