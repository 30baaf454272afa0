"""Makes itself unreadable to its own user, as programs that hold secrets do, under a name meant for terminals."""
import ctypes
import threading
import time

import oracle

PR_SET_NAME, PR_SET_DUMPABLE = 15, 4


def named():
    ctypes.CDLL(None).prctl(PR_SET_NAME, b'pool\x1b[31m', 0, 0, 0)
    time.sleep(3600)


threading.Thread(target=named, daemon=True).start()
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
oracle.announce()
time.sleep(3600)
