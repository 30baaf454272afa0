"""Values that take more than a page, or lie at the end of one; and zeros that are true. Runs on Python 2.7, and on 3.6 and later."""
import array
import collections
import threading

import oracle


class Kept(object):
    def __init__(self, number):
        self.number = number
        self.text = 'kept %d' % number
        self.later = None


def holding_tables():
    numbers = list(range(70000, 71000))
    names = ['name %d' % i for i in range(600)]
    record = tuple(float(i) + 0.5 for i in range(700))
    by_number = dict((i * 7919, 'value %d' % i) for i in range(400))
    by_name = dict(('key %d' % i, i * 100003) for i in range(400))
    members = set(i * 104729 for i in range(300))
    scattered = frozenset(range(0, 2000, 3))
    lines = collections.deque('line %d' % i for i in range(300))
    objects = [Kept(i) for i in range(300)]
    nested = [[i, (i, str(i)), {'at': i}] for i in range(1000, 1300)]
    waiting()
    return numbers, names, record, by_number, by_name, members, scattered, lines, objects, nested


def holding_texts():
    text = u''.join('part %d ' % i for i in range(1500))
    wide = u'\u20ac' * 5000
    raw = b'0123456789abcdef' * 600
    changing = bytearray(b'fedcba9876543210' * 600)
    large = 7 ** 20000
    shorts = array.array('h', range(1, 6000))
    doubles = array.array('d', [1.5] * 1500)
    texts = [u'text %d of many' % i for i in range(400)]
    integers = [2 ** 70 + i for i in range(400)]
    waiting()
    return text, wide, raw, changing, large, shorts, doubles, texts, integers


def holding_zeros():
    no_bytes = b'\0' * 100000
    no_text = u'\0' * 50000
    cleared = bytearray(100000)
    nothing = array.array('l', [0]) * 20000
    power = 1 << 400000
    half = b'half' + b'\0' * 50000 + b'other'
    drained = dict.fromkeys(range(20000))
    for number in range(19999):
        del drained[number]
    few = set(range(20000))
    for number in range(19995):
        few.discard(number)
    rising = set(range(5000))
    waiting()
    return no_bytes, no_text, cleared, nothing, power, half, drained, few, rising


def unset(flag):
    if flag:
        never = 1
        also = 2
    waiting()
    return never, also


def waiting():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


for target in (holding_tables, holding_texts, holding_zeros):
    thread = threading.Thread(target=target, name=target.__name__)
    thread.daemon = True
    thread.start()
if __name__ == '__main__':
    oracle.announce()
    unset(False)
