# -*- coding: utf-8 -*-
"""Another thread calls abort() while some want the GIL. Python 2 only: its classes, its strings, its integers."""
import os
import threading
import time


class Classic:
    def __init__(self):
        self.name = u'ünïcödé'

    def act(self, text, number=10L):
        seen = set([1, 'a'])
        try:
            raise KeyError(text)
        except KeyError:
            os.abort()


def compute(limit):
    total = 0
    while total < limit:
        total += 1


def start(name, target, *arguments):
    thread = threading.Thread(target=target, name=name, args=arguments)
    thread.daemon = True
    thread.start()


for number in range(3):
    start('contender-%d' % number, compute, 10 ** 12)
time.sleep(0.3)
start('wörker', lambda: [Classic().act(text) for text in ('ä', 'b')])
time.sleep(60)
