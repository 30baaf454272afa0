"""Waits in modules that it imported from zip archives in the folder given: deflated behind a `#!` line as zipapp makes them,
stored, changed since, and gone. Python 2.7 and 3.6 on.
"""
import os
import sys
import threading
import time
import zipfile

import oracle

folder = sys.argv[1]
TEXT = 'def wait(gate):\n    gate(3600)  # %s\n'


def archive(name, how):
    path = os.path.join(folder, name + '.pyz')
    with open(path, 'wb') as file:
        file.write(b'#!/usr/bin/env python\n' if how == zipfile.ZIP_DEFLATED else b'')
    with zipfile.ZipFile(path, 'a', how) as file:
        file.writestr('other.py', 'nothing\n' * 1000)
        file.writestr('pkg_%s/__init__.py' % name, '')
        file.writestr('pkg_%s/mod.py' % name, TEXT % name)
    os.utime(path, (1000000000, 1000000000))
    return path


for name, how in [('deflated', zipfile.ZIP_DEFLATED), ('stored', zipfile.ZIP_STORED),
                  ('changed', zipfile.ZIP_DEFLATED), ('gone', zipfile.ZIP_DEFLATED)]:
    path = archive(name, how)
    sys.path.insert(0, path)
    module = __import__('pkg_%s.mod' % name, fromlist=['wait'])
    threading.Thread(target=module.wait, args=(time.sleep,), name=name).start()
    if name == 'changed':
        os.utime(path, (2000000000, 2000000000))
    if name == 'gone':
        os.unlink(path)
oracle.announce()
time.sleep(3600)
