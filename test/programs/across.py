"""A process that waits for what another one has: the lock of a file in the folder given, taken in each way, and pipes.

Tells who has what: `flock`, `left` (locked by a process that has ended, kept by its child), `posix`, `shared` (two readers,
of whom both keep a writer out), `pipe` (read, the other end open in the child alone), `full` (written, nobody reads), `unix`
and `tcp` (sockets, the other end open in the child alone), `untaken` (a connection that the one who listens has not taken:
probably that one), `child` (that it ends).
"""
import fcntl
import json
import os
import signal
import socket
import sys
import threading
import time

import oracle

oracle.die_eventually()
FOLDER = sys.argv[1]


def path(name):
    return os.path.join(FOLDER, name)


def opened(name):
    return os.open(path(name), os.O_RDWR | os.O_CREAT)


def in_other(work):
    """The id of a process that has done `work` and keeps what it has, or of the one that this says."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        oracle.die_eventually()
        os.close(ours)
        said = work()
        os.write(theirs, str(said or os.getpid()).encode())
        os.close(theirs)
        if said:
            os._exit(0)
        time.sleep(3600)
    os.close(theirs)
    said = int(os.read(ours, 100))
    if said != pid:
        os.waitpid(pid, 0)
    return said


def leave():
    fcntl.flock(opened('left'), fcntl.LOCK_EX)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Not with who started it, which ends at once.
        signal.alarm(oracle.LIFETIME_S)
        time.sleep(3600)
    return pid


wake, woken = os.pipe()
full, fill = os.pipe()


def keep_one_end():
    os.close(wake)
    os.close(full)
    os.close(fill)


def keep_reading():
    os.close(wake)
    os.close(fill)


owners = {
    'pipe': [in_other(keep_one_end)],
    'full': [],
}
os.close(woken)
owners['full'] = [in_other(keep_reading)]
os.close(full)


unix, unix_other = socket.socketpair()
listening = socket.socket()
listening.bind(('127.0.0.1', 0))
listening.listen(5)
tcp = socket.create_connection(listening.getsockname())
tcp_other, _ = listening.accept()


def keep_sockets():
    close_what_is_ours()
    listening.close()
    unix.close()
    tcp.close()


def close_what_is_ours():
    os.close(wake)
    os.close(fill)


sockets = in_other(keep_sockets)
owners['unix'] = owners['tcp'] = [sockets]
unix_other.close()
tcp_other.close()
address = listening.getsockname()


def lock_all_there_is():
    close_what_is_ours()
    for each in unix, tcp, untaken:
        each.close()


def keep_listening():
    close_what_is_ours()
    unix.close()
    tcp.close()


owners['untaken'] = [in_other(keep_listening)]
listening.close()
untaken = socket.create_connection(address)


def flock():
    lock_all_there_is()
    fcntl.flock(opened('flock'), fcntl.LOCK_EX)


def posix():
    lock_all_there_is()
    # Two ranges, of which only the second is in the way.
    fcntl.lockf(opened('posix'), fcntl.LOCK_EX, 10, 100)


def before():
    lock_all_there_is()
    fcntl.lockf(opened('posix'), fcntl.LOCK_EX, 10, 0)


def share():
    lock_all_there_is()
    fcntl.flock(opened('shared'), fcntl.LOCK_SH)


def left():
    lock_all_there_is()
    return leave()


def sleep_on():
    lock_all_there_is()


owners['child'] = [in_other(sleep_on)]
owners['flock'] = [in_other(flock)]
owners['left'] = [in_other(left)]
in_other(before)
owners['posix'] = [in_other(posix)]
owners['shared'] = [in_other(share), in_other(share)]


def start(name, work):
    thread = threading.Thread(target=work, name=name)
    thread.daemon = True
    thread.start()


start('flock', lambda: fcntl.flock(opened('flock'), fcntl.LOCK_EX))
start('left', lambda: fcntl.flock(opened('left'), fcntl.LOCK_EX))
start('shared', lambda: fcntl.flock(opened('shared'), fcntl.LOCK_EX))
start('posix', lambda: fcntl.lockf(opened('posix'), fcntl.LOCK_EX, 10, 105))
start('pipe', lambda: os.read(wake, 1))
start('unix', lambda: unix.recv(1))
start('tcp', lambda: tcp.recv(1))
start('untaken', lambda: untaken.recv(1))
start('child', lambda: os.waitpid(owners['child'][0], 0))
start('full', lambda: os.write(fill, b'x' * (1 << 20)))
print('ready ' + json.dumps({'pid': os.getpid(), 'owners': owners}))
sys.stdout.flush()
time.sleep(3600)
