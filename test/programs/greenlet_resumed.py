"""A greenlet that was started deep in C code and goes on where that has long returned: what lies outside of its part of the C
stack is of nobody any more. Python 2.7 and 3.6 on; needs greenlet.
"""
import sys
import time

import oracle

try:
    from greenlet import getcurrent, greenlet
except ImportError:
    sys.exit(77)


def stays():
    getcurrent().parent.switch()
    oracle.die_eventually()
    oracle.say_ready({'threads': None})
    time.sleep(3600)


def deeper(depth, act):
    return sorted([depth], key=lambda _: deeper(depth - 1, act)) if depth else act()


def overwrite(depth):
    return max([depth], key=lambda _: overwrite(depth - 1)) if depth else eval('1')


one = greenlet(stays)
deeper(8, one.switch)
overwrite(30)
one.switch()
