"""Names in any script, and with lone surrogates, as functions, files and threads have them.

Python 3 only: identifiers are ASCII in Python 2.
"""
import threading
import time

import oracle
from names_made import renamed


def функция():
    имя_метода().ждать()


class имя_метода:
    def ждать(self):
        time.sleep(3600)


def 函数():
    time.sleep(3600)


def ελληνικά():
    time.sleep(3600)


def latin_ñandú():
    time.sleep(3600)


# U+20BB7 needs two UTF-16 units.
def 𠮷野家():
    time.sleep(3600)


def start(name, target):
    threading.Thread(target=target, name=name, daemon=True).start()


start('поток-1', функция)
start('线程', 函数)
start('νήμα', ελληνικά)
start('naïve', latin_ñandú)
start('🧵🐍', 𠮷野家)
start('lone \ud800 surrogate', renamed('half \udc80 a pair', '/tmp/\udcff\udcfe.py'))
start('', renamed('', ''))
start('NUL \0 inside', renamed('a\0b', '/tmp/a\0b.py'))
start('x' * 5000, renamed('y' * 5000, '/' + 'z' * 5000))
oracle.announce()
time.sleep(3600)
