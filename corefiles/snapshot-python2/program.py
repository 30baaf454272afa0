"""Threads in several kinds of wait, with variables and one of them secret. Python 2 only: its values."""
import collections
import datetime
import decimal
import os
import sys
import threading
import time


class Classic:
    def __init__(self):
        self.size = 2 ** 70


class New(object):
    __slots__ = ('first', 'second')

    def __init__(self):
        self.first = u'\u20ac'
        self.second = 'bytes\xff'


def sleeping(seconds, password='nobody may know'):
    old, new = Classic(), New()
    point = {'x': 1.5, u'tags': ['a', u'\xdf']}
    ordered = collections.OrderedDict([('b', 1), ('a', xrange(3))])
    several = (decimal.Decimal('1.50'), datetime.timedelta(1, 2), set([None]), -5, True, Classic, New, IOError(2, 'no'))
    time.sleep(seconds)


def on_lock():
    lock = threading.Lock()
    with lock:
        lock.acquire()


def on_pipe():
    reading, writing = os.pipe()
    os.read(reading, 1)


def counting(limit):
    for number in range(limit):
        yield sleeping(3600)


def deep(left):
    return deep(left - 1) if left else list(counting(3))


for name, target in [('sleeper', lambda: sleeping(3600)), ('lock', on_lock), ('pipe', on_pipe), ('deep', lambda: deep(12))]:
    thread = threading.Thread(target=target, name=name)
    thread.daemon = True
    thread.start()
time.sleep(0.2)
sys.stdout.write('ready\n')
sys.stdout.flush()
sleeping(3600)
