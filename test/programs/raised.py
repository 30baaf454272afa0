"""C code that has raised an exception and sleeps, while another is handled: argv is the library with `raise_and_sleep`.

Runs on Python 2.7 and 3.6 to 3.15.
"""
import ctypes
import os
import sys

import oracle

code = ctypes.PyDLL(sys.argv[1])
code.raise_and_sleep.argtypes = [ctypes.py_object, ctypes.c_char_p]


def careless():
    try:
        {}['missing']
    except KeyError:
        code.raise_and_sleep(RuntimeError, b'no answer from postgres://me:hunter2@db/shop')


oracle.die_eventually()
oracle.say_ready({'pid': os.getpid(), 'threads': None})
careless()
