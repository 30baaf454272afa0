"""A recursion of fifty thousand calls."""
import sys
import threading
import time

sys.setrecursionlimit(100_000)
threading.stack_size(512 * 1024 * 1024)


def walk(depth):
    return walk(depth - 1) if depth else time.sleep(3600)


threading.Thread(target=walk, args=(50_000,), name='walker').start()
