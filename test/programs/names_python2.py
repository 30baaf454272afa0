# -*- coding: utf-8 -*-
"""Names of functions, files and threads that are bytes beyond ASCII, as Python 2 has them: UTF-8 here."""
import threading
import time

import oracle
from names_made import renamed


def start(name, target):
    threading.Thread(target=target, name=name, daemon=True).start()


start('поток-1', renamed('функция', '/tmp/функция.py'))
start('线程', renamed('函数'))
start('naïve', renamed('latin_ñandú'))
start('🧵🐍', renamed('𠮷野家'))
start('', renamed('', ''))
start('NUL \0 inside', renamed('a\0b', '/tmp/a\0b.py'))
start('x' * 5000, renamed('y' * 5000, '/' + 'z' * 5000))
oracle.announce()
time.sleep(3600)
