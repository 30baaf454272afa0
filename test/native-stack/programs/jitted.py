"""A thread that waits in what machine code calls that Python made of a loop (PYTHON_JIT=1). Exits with 77 where Python
makes none."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle

if not (hasattr(sys, '_jit') and sys._jit.is_enabled()):
    sys.stderr.write('this Python compiles nothing at run time')
    sys.exit(77)


def loops():
    for seconds in [0] * 20000 + [3600]:
        time.sleep(seconds)


threading.Thread(target=loops, name='loops', daemon=True).start()
oracle.announce(when=lambda: True)
time.sleep(3600)
