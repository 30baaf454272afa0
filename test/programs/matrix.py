"""Two threads that stand still in Python called from C, with variables of the common types: what every cell of the
compatibility matrix is checked against. Runs on Python 2.7 as well."""
import threading
import time

import oracle


def wait(number, text):
    big = -2 ** 100
    real = 0.1
    wide = u'\xe9\u2192\U0001d11e'
    items = [1, [number, None], (True, text)]
    table = {'one': 1, 'two': (2,)}
    time.sleep(3600)
    return big, real, wide, items, table


def in_sorted_key(number):
    sorted([number], key=lambda value: wait(value, 'key'))


def steps(number):
    for step in range(number):
        yield wait(step, 'generator')


def in_generator():
    list(steps(3))


def expected(number, text):
    """The variables of `wait`, as repr has them."""
    return {
        'number': repr(number),
        'text': repr(text),
        'big': repr(-2 ** 100),
        'real': repr(0.1),
        'wide': repr(u'\xe9\u2192\U0001d11e'),
        'items': repr([1, [number, None], (True, text)]),
        'table': repr({'one': 1, 'two': (2,)}),
    }


threading.Thread(target=in_generator, name='in_generator').start()
oracle.announce(extra={'variables': {'MainThread': expected(7, 'key'), 'in_generator': expected(0, 'generator')}})
in_sorted_key(7)
