"""Has its main thread in `threading._active` under the address of a greenlet, as gevent does; with `ended` under an ident that
no object has. A second thread is in no list of threading's. Python 2.7 and 3.6 on.
"""
import sys
import threading
import time

try:
    from _thread import start_new_thread
except ImportError:
    from thread import start_new_thread

import oracle


class greenlet(object):
    pass


main = greenlet()
threading.current_thread().name = 'the main one'
(ident, thread), = threading._active.items()
del threading._active[ident]
threading._active[id(main) if sys.argv[1] == 'greenlet' else 8] = thread
start_new_thread(time.sleep, (3600,))
oracle.say_ready({})
time.sleep(3600)
