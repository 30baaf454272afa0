"""A finalizer that waits while the interpreter finalizes, when no other thread can run Python any more."""
import os
import signal
import sys
import threading
import time


class Last(object):
    def __del__(self, write=os.write, sleep=time.sleep):
        write(1, b'ready {"threads": null}\n')
        sleep(3600)  # here


def rest():
    time.sleep(3600)


signal.alarm(600)
daemon = threading.Thread(target=rest, name='daemon')
daemon.daemon = True
daemon.start()
# Not in this module: its dict would outlive it, held by the thread, and never be cleared.
sys.last_object = Last()
