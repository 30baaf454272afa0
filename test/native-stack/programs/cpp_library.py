"""Python called back from C++. Arguments: widgets.cc as a library, and which threads to start."""
import ctypes
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle

library = ctypes.CDLL(sys.argv[1])
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int)


def gate():
    time.sleep(3600)
    return 0


called = CALLBACK(gate)


def sells():
    library.sell(called)


def mends():
    library.mend(called)


def spins():
    library.spin(called)


wanted = sys.argv[2:] or ['sells', 'mends']
for target in [globals()[name] for name in wanted]:
    threading.Thread(target=target, name=target.__name__, daemon=True).start()
oracle.announce(running=int('spins' in wanted))
time.sleep(3600)
