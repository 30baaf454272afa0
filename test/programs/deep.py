"""A thread 20,000 frames deep (or as many as the first argument says)."""
import sys
import threading
import time

import oracle

DEPTH = int(sys.argv[1]) if len(sys.argv) > 1 else 20000


def descend(left):
    if left == 0:
        time.sleep(3600)
    descend(left - 1)


sys.setrecursionlimit(DEPTH + 1000)
# Up to 3.10 each Python call takes C stack, about half a kilobyte; debug builds take several times that.
threading.stack_size(768 * 1024 * 1024)
thread = threading.Thread(target=descend, args=(DEPTH,), name='deep')
thread.start()
# The oracle's own thread needs no such stack.
threading.stack_size(0)
oracle.announce()
thread.join()
