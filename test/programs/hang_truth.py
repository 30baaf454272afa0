"""How a program that hangs writes down the truth about itself: who waits for the object at which address, who holds it.

`start(name, function)` starts a thread and returns once it sleeps, so that what a situation says next is done next.
Runs on Python 2.7, and on 3.6 and later.
"""
import inspect
import os
import sys
import threading
import time

import oracle

V = sys.version_info[:2]

# Thread's name -> {'kind', 'address', 'names'}: what it waits for. Names: how the program may call it; [] says nothing.
waits = {}
# Address -> [{'thread', 'how'}]: who holds it, and how that can be known at best. []: nobody.
held = {}
# [{'code', 'threads'}]: what has to be found.
findings = []
# Nothing of it may be freed while somebody looks.
kept = []

_tids = {}


def address(obj):
    return '0x%x' % id(obj)


def will_wait(name, kind, obj=None, names=()):
    kept.append(obj)
    waits[name] = {'kind': kind, 'address': None if obj is None else address(obj), 'names': list(names)}


def will_hold(name, obj, how='exact', taken=None):
    """`taken`: a function and the text of the line of it on which the lock is taken."""
    kept.append(obj)
    line = None if taken is None else line_of(*taken)
    held.setdefault(address(obj), []).append({'thread': name, 'how': how, 'takenAt': line})


def line_of(function, text):
    lines, first = inspect.getsourcelines(function)
    found = [first + n for n, line in enumerate(lines) if text in line]
    if len(found) != 1:
        raise ValueError('%r stands in %d lines' % (text, len(found)))
    return found[0]


def nobody_holds(obj):
    kept.append(obj)
    held.setdefault(address(obj), [])


def will_be_found(code, *names):
    findings.append({'code': code, 'threads': list(names)})


def start(name, function, *args):
    def run():
        _tids[name] = oracle.native_id()
        function(*args)
    thread = threading.Thread(target=run, name=name, daemon=True)
    kept.append(thread)
    thread.start()
    until_asleep(name)
    return thread


def until_asleep(name):
    """Until the thread of that name has been seen asleep, its count of runs the same, a few times one after the other."""
    same, last, end = 0, None, time.time() + 20
    while same < 3:
        time.sleep(0.002)
        now = _runs(_tids.get(name))
        same = same + 1 if now is not None and now == last else 0
        last = now
        if time.time() > end:
            raise RuntimeError('%s does not sleep' % name)


def _runs(tid):
    if tid is None:
        return None
    try:
        with open('/proc/self/task/%d/stat' % tid, 'rb') as stat:
            state = stat.read().rsplit(b')', 1)[1].split()[0]
        with open('/proc/self/task/%d/schedstat' % tid) as runs:
            return runs.read() if state in b'SD' else None
    except (IOError, OSError):
        return 'ended'


def forever():
    time.sleep(3600)


def truth():
    return {'waits': waits, 'held': held, 'findings': findings, 'tids': _tids}
