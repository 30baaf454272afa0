"""A thread that runs code in a subinterpreter, which waits. For 3.8 and later; exits with 77 where there are none."""
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
        sys.exit(77)

CODE = '''
import os, time

def inside():
    os.write(%d, b'x')
    time.sleep(3600)

inside()
'''


def run():
    # Here, because up to 3.12 the thread state belongs to the thread that creates it, whoever runs it.
    ident = interpreters.create()
    tid = oracle.native_id()
    reading, writing = os.pipe()

    def tell():
        os.read(reading, 1)
        oracle.say_ready({'interpreter': int(ident), 'tid': tid})

    threading.Thread(target=tell, name='teller').start()
    interpreters.run_string(ident, CODE % writing)


oracle.die_eventually()
threading.Thread(target=run, name='host', daemon=True).start()
time.sleep(3600)
