"""Two thousand threads that wait for the same event, and one that does something else."""
import queue
import threading
import time

event = threading.Event()
for _ in range(2000):
    threading.Thread(target=event.wait, daemon=True).start()
threading.Thread(target=time.sleep, args=(3600,), name='the-odd-one', daemon=True).start()
queue.Queue().get()
