"""What the benches look at: THREADS sleeping threads, each DEPTH frames deep. With CONTROL, one more Python thread runs
the gap recorder (LIBRARY) for ever, so that a tool has to show it, and has to stop it if it stops what runs."""
import ctypes
import hashlib
import mmap
import os
import signal
import sys
import threading
import time

# Touched, so that it is there and a core holds it.
heap = b'x' * int(os.environ.get('BENCH_HEAP', 0))
# Mapped, and but for a page of each GiB never written: a core has holes there.
sparse_bytes = int(os.environ.get('BENCH_SPARSE', 0))
if sparse_bytes:
    MAP_NORESERVE = 0x4000
    sparse = mmap.mmap(-1, sparse_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)
    for at in range(0, sparse_bytes, 1 << 30):
        sparse[at] = 1
threads, depth = int(sys.argv[1]), int(sys.argv[2])
if depth > 900:
    sys.setrecursionlimit(depth + 100)
started = threading.Semaphore(0)


def descend(left):
    if left > 1:
        return descend(left - 1)
    started.release()
    time.sleep(3600)


def record(library, control, cpu, priority):
    ctypes.CDLL(library).record_gaps(control.encode(), cpu, priority)
    sys.stderr.write('the recorder cannot run\n')
    os._exit(1)


def contend():
    while True:
        sum(range(100))


def compute():
    hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 2000000000)  # without the GIL


signal.alarm(900)  # nobody outlives a bench that was killed
threading.stack_size(256 * 1024)
for _ in range(threads - 1):
    threading.Thread(target=descend, args=(depth,), daemon=True).start()
for _ in range(threads - 1):
    started.acquire()
if len(sys.argv) > 3:
    threading.Thread(target=record, args=(sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6])), daemon=True).start()
running, kind = os.environ.get('BENCH_RUNNING', '0 gil').split()
for _ in range(int(running)):
    threading.Thread(target=contend if kind == 'gil' else compute, daemon=True).start()
time.sleep(0.2)
os.write(1, b'ready\n')
descend(depth)
