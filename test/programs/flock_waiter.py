"""Python 3 only: it is of users, not of versions. One thread waits for the lock of a file that another process has; both are told."""
import fcntl
import json
import os
import sys
import threading
import time

path = sys.argv[1]


def wait_for_lock():
    with open(path, "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


threading.Thread(target=wait_for_lock, name="waiter", daemon=True).start()
print("ready " + json.dumps({"pid": os.getpid()}), flush=True)
time.sleep(600)
