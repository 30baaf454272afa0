"""Imports every module of the folder given and waits in each one's `wait(gate)`; then does what `after` files ask.
Python 3 only: the modules have names that are not ASCII.

The files are written by whoever starts this, before. Once all stand, the line `ready` tells where.
"""
import importlib
import os
import sys
import threading
import time

import oracle

folder = sys.argv[1]
sys.path.insert(0, folder)
for name in sorted(os.listdir(folder)):
    if name.endswith('.py'):
        module = importlib.import_module(name[:-3])
        threading.Thread(target=module.wait, args=(time.sleep,), name=name[:-3], daemon=True).start()
oracle.announce()
time.sleep(3600)
