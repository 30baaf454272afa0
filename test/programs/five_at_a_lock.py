"""Five threads that wait for one lock."""
import threading
import time

import oracle

lock = threading.Lock()
lock.acquire()
for _ in range(5):
    thread = threading.Thread(target=lock.acquire)
    thread.daemon = True
    thread.start()

oracle.announce()
time.sleep(3600)
