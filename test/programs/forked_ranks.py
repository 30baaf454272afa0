"""A prefork server as others write it: argv[1] processes forked from one, all waiting, but one that is still loading.

Each is there once its pipe says so; the parent announces.
"""
import os
import sys
import threading
import time

import oracle


def wait():
    time.sleep(3600)


def load():
    time.sleep(3600)


def child(number, odd, ready):
    oracle.die_eventually()
    threading.Thread(target=wait, name='helper-%d' % number, daemon=True).start()
    os.write(ready, b'.')
    if odd:
        load()
    else:
        wait()


def fork(count):
    reading, writing = os.pipe()
    pids = []
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            child(number, number == count // 2, writing)
            os._exit(0)
        pids.append(pid)
    for _ in range(count):
        os.read(reading, 1)
    return pids


def main():
    count = int(sys.argv[1])
    oracle.die_eventually()
    pids = fork(count)
    oracle.say_ready({'pids': pids, 'odd': pids[count // 2]})
    time.sleep(3600)


main()
