"""A main thread that has ended and waits for the others (threading._shutdown)."""
import sys
import threading
import time

import oracle


def rest():
    time.sleep(3600)


def main_is_waiting():
    frame = sys._current_frames()[threading.main_thread().ident]
    # In Python 2 it is `_MainThread._exitfunc`.
    while frame is not None and frame.f_code.co_name not in ('_shutdown', '_exitfunc'):
        frame = frame.f_back
    return frame is not None


threading.Thread(target=rest, name='survivor').start()
oracle.announce(when=main_is_waiting)
