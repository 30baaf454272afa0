"""A prefork server of argv[1] processes, of which the even ones are each in a deadlock of two threads."""
import os
import sys
import threading
import time

import oracle


def both(first, second, met):
    with first:
        met.wait()
        with second:
            pass


def deadlock(ready):
    one, other, met = threading.Lock(), threading.Lock(), threading.Barrier(3)
    for locks in ((one, other), (other, one)):
        threading.Thread(target=both, args=locks + (met,), daemon=True).start()
    met.wait()
    os.write(ready, b'.')
    time.sleep(3600)


def wait(ready):
    os.write(ready, b'.')
    time.sleep(3600)


def main():
    oracle.die_eventually()
    reading, writing = os.pipe()
    pids = []
    for number in range(int(sys.argv[1])):
        pid = os.fork()
        if pid == 0:
            oracle.die_eventually()
            if number % 2 == 0:
                deadlock(writing)
            wait(writing)
        pids.append(pid)
    for _ in pids:
        os.read(reading, 1)
    oracle.say_ready({'deadlocked': pids[::2]})
    time.sleep(3600)


main()
