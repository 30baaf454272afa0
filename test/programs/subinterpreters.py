"""Interpreters of one process in every constellation: one inside the other in one thread (the inner one is the older, so
that their numbers do not tell), one in a thread of its own, one that nobody runs. Exits with 77 where there is no module
for it."""
import os
import sys
import threading
import time

import oracle

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        sys.stderr.write('there is no module to make interpreters with')
        sys.exit(77)

INNER = '''
import os, time

def innermost():
    os.write(%(writing)d, b'x')
    time.sleep(3600)

innermost()
'''

OUTER = '''
import %(module)s as interpreters

def between():
    interpreters.run_string(%(inner)s, %(code)r)

between()
'''

LONE = '''
import os, time

def lone():
    os.write(%(writing)d, b'x')
    time.sleep(3600)

lone()
'''

reading, writing = os.pipe()
tids = {}


def identity(interpreter):
    """What another interpreter can name it by: its number."""
    return int(interpreter)


def nest():
    tids['nested'] = oracle.native_id()
    code = OUTER % {'module': interpreters.__name__, 'inner': identity(inner), 'code': INNER % {'writing': writing}}
    interpreters.run_string(outer, code)


def run_alone():
    tids['lone'] = oracle.native_id()
    interpreters.run_string(lone, LONE % {'writing': writing})


inner, outer, lone, unused = [interpreters.create() for _ in range(4)]
oracle.die_eventually()
threading.Thread(target=nest, name='nested', daemon=True).start()
os.read(reading, 1)
threading.Thread(target=run_alone, name='lone', daemon=True).start()
os.read(reading, 1)
oracle.say_ready({
    'tids': tids,
    'interpreters': {name: identity(one) for name, one in
                     [('inner', inner), ('outer', outer), ('lone', lone), ('unused', unused)]},
})
time.sleep(3600)
