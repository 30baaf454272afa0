"""A thread that runs code in a subinterpreter, which waits. Exits with 77 where there are none."""
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
        interpreters = None

CODE = '''
import os, time

def inside():
    os.write(%d, b'x')
    time.sleep(3600)

inside()
'''


def run():
    # Here, because up to 3.12 the thread state belongs to the thread that creates it, whoever runs it.
    ident = interpreters.create() if interpreters else 1
    tid = oracle.native_id()
    reading, writing = os.pipe()

    def tell():
        os.read(reading, 1)
        oracle.say_ready({'interpreter': int(ident), 'tid': tid})

    threading.Thread(target=tell, name='teller').start()
    if interpreters:
        interpreters.run_string(ident, CODE % writing)
    else:
        run_in_new(CODE % writing)


def run_in_new(code):
    """What can be had before there was a module for it."""
    try:
        import _testcapi
        run = _testcapi.run_in_subinterp
    except (ImportError, AttributeError):
        if sys.version_info[0] > 2:
            os._exit(77)
        import ctypes
        # Whoever is interrupted between these two calls would not be as it was left.
        sys.setcheckinterval(10 ** 9)
        new, run = ctypes.pythonapi.Py_NewInterpreter, ctypes.pythonapi.PyRun_SimpleString
        new()
    run(code)


oracle.die_eventually()
threading.Thread(target=run, name='host', daemon=True).start()
time.sleep(3600)
