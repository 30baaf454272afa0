"""An interpreter on its way out: a handler registered with atexit waits."""
import atexit
import time

import oracle


@atexit.register
def last_words():
    waiting.append(True)
    time.sleep(3600)


waiting = []
# Started before: a finalizing interpreter of 3.12 starts no threads.
oracle.announce(when=lambda: waiting)
