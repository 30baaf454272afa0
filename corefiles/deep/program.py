"""Dies 3,000 calls deep."""
import os
import sys


def descend(left):
    if left == 0:
        os.abort()
    descend(left - 1)


sys.setrecursionlimit(5000)
descend(3000)
