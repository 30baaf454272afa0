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


def still():
    """Whether the loop has come to its end: the thread has not run for a while."""
    counts = []
    for _ in range(2):
        time.sleep(0.3)
        with open('/proc/self/task/%d/schedstat' % thread.native_id) as file:
            counts.append(file.read())
    return counts[0] == counts[1]


thread = threading.Thread(target=loops, name='loops', daemon=True)
thread.start()
oracle.announce(when=still)
time.sleep(3600)
