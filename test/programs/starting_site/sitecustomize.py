"""Imported while the interpreter starts (site), if its folder is on PYTHONPATH; waits."""
import os
import sys
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import oracle  # noqa: E402


def wait():
    time.sleep(3600)


oracle.announce()
wait()
