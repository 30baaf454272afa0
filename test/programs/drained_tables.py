"""Tables after a burst: all was taken out again but what hangs, wherever in the table that is."""
import collections
import sys
import threading

import oracle


def drained(count, left):
    table = dict(('req-%d' % i, i) for i in range(count))
    for i in range(count):
        if i not in left:
            del table['req-%d' % i]
    return table


def hold(count):
    last = drained(count, [count - 1])
    some = set(range(count))
    for i in range(count - 1):
        some.discard(i)
    turned = collections.OrderedDict((i, None) for i in range(150000))
    if hasattr(turned, 'move_to_end'):
        turned.move_to_end(149999, last=False)
    else:
        turned = {149999: None}
    if len(sys.argv) == 2:
        more(count)
    oracle.announce()
    threading.Event().wait()


def more(count):
    first = drained(count, [0])
    middle = drained(count, [count // 2])
    apart = drained(count, [0, count // 3, count - 1])
    emptied = drained(count, [])
    oracle.announce()
    threading.Event().wait()


hold(int(sys.argv[1]))
