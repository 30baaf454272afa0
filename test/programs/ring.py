"""Processes that wait for each other: the second word says by what, the first is a folder for files.

`flock`: two, each for the lock of a file that the other has. `mixed`: three: the first for the lock of a file, the second at
a pipe, the third at a socket. `child`: a parent that waits for the end of its child, which writes into a full pipe that only
the parent reads. `feeder`: the same with a `multiprocessing.Queue` that nobody empties. `lock`: two locks of multiprocessing.
`alive`: as `flock`, but the second process has another thread, which might end it. `busy`: as `alive`, and no ring at all.

Tells `pids`, those that are to be looked at, the first that of the process itself, and the id of a child that ends once it
has told this.
"""
import fcntl
import json
import multiprocessing
import os
import socket
import sys
import threading
import time

import oracle

oracle.die_eventually()
FOLDER, KIND = sys.argv[1:]


def locked(name):
    fd = os.open(os.path.join(FOLDER, name), os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)


def child(work):
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        work()
        os._exit(0)
    return pid


def in_turn(first, second):
    """Both take one thing, then, when both have, the other one."""
    there, here = os.pipe(), os.pipe()

    def other():
        os.close(there[0])
        os.close(here[1])
        second[0]()
        os.write(there[1], b'.')
        os.read(here[0], 1)
        second[1]()

    pid = child(other)
    os.close(there[1])
    os.close(here[0])
    first[0]()
    os.read(there[0], 1)
    os.write(here[1], b'.')
    return [os.getpid(), pid], first[1]


def flock():
    return in_turn(
        (lambda: locked('a'), lambda: locked('b')),
        (lambda: locked('b'), lambda: locked('a')),
    )


def alive():
    def second():
        def sleep_and_go_on():
            while True:
                time.sleep(3600)

        thread = threading.Thread(target=sleep_and_go_on)
        thread.daemon = True
        thread.start()
        locked('b')

    return in_turn((lambda: locked('a'), lambda: locked('b')), (second, lambda: locked('a')))


def busy():
    return in_turn(
        (lambda: locked('a'), lambda: time.sleep(3600)),
        (lambda: locked('b'), lambda: locked('a')),
    )


def mixed():
    """We wait for the lock, which the second has; it reads what the third would write, and that one what we would send."""
    reads, writes = os.pipe()
    ours, theirs = socket.socketpair()
    there, here = os.pipe()

    def second():
        os.close(writes)
        os.close(there)
        ours.close()
        theirs.close()
        locked('a')
        os.write(here, b'.')
        os.close(here)
        os.read(reads, 1)

    def third():
        os.close(reads)
        os.close(there)
        os.close(here)
        ours.close()
        theirs.recv(1)

    pids = [os.getpid(), child(second), child(third)]
    os.close(reads)
    os.close(writes)
    theirs.close()
    os.read(there, 1)
    os.close(there)
    os.close(here)
    # Kept open, or who reads there would go on.
    return pids, lambda: (locked('a'), ours)


def waits_for_child():
    reads, writes = os.pipe()

    def fill():
        os.close(reads)
        os.write(writes, b'x' * (1 << 20))

    pid = child(fill)
    os.close(writes)
    return [os.getpid(), pid], lambda: os.waitpid(pid, 0)


def put_a_lot(queue):
    for _ in range(100):
        queue.put('x' * 10000)


def feeder():
    forking = multiprocessing.get_context('fork') if sys.version_info > (3, 4) else multiprocessing
    queue = forking.Queue()
    process = forking.Process(target=put_a_lot, args=(queue,))
    process.start()
    # Kept, or the child alone would have the other end.
    return [os.getpid(), process.pid], lambda: (process.join(), queue)


def lock():
    a, b = multiprocessing.Lock(), multiprocessing.RLock()
    pids, wait = in_turn((a.acquire, b.acquire), (b.acquire, a.acquire))
    # A lock that is not there any more could not be released.
    return pids, lambda: (wait(), a, b)


pids, wait = {'flock': flock, 'mixed': mixed, 'child': waits_for_child, 'feeder': feeder, 'lock': lock, 'alive': alive,
              'busy': busy}[KIND]()


# No thread of ours that could end it is left when it is looked at: who tells has been forked.
if os.fork() == 0:
    print('ready ' + json.dumps({'pid': os.getppid(), 'pids': pids, 'teller': os.getpid()}))
    sys.stdout.flush()
    os._exit(0)
wait()
time.sleep(3600)
