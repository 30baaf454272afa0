"""Threads that each wait on descriptors of some kind. `expected`: by the thread's name, what each waits on in words."""
import os
import select
import socket
import subprocess
import sys
import threading
import time

import oracle

expected = {}
kept = []


def pipe():
    ends = os.pipe()
    kept.append(ends)
    return ends[0], 'fd %d (%s)' % (ends[0], os.readlink('/proc/self/fd/%d' % ends[0]))


def listening(family, address):
    sock = socket.socket(family)
    sock.bind(address)
    sock.listen(1)
    kept.append(sock)
    return sock


def in_words(sock, words):
    return 'fd %d (%s)' % (sock.fileno(), words)


def starts(function):
    started = function(function.__name__)
    threading.Thread(target=started, name=function.__name__, daemon=True).start()


server = listening(socket.AF_INET, ('127.0.0.1', 0))
port = server.getsockname()[1]


def connect(timeout):
    client = socket.create_connection(('127.0.0.1', port), timeout)
    kept.append(server.accept())
    words = 'TCP 127.0.0.1:%d->127.0.0.1:%d (ESTABLISHED)' % (client.getsockname()[1], port)
    return client, in_words(client, words)


@starts
def connected(name):
    client, expected[name] = connect(None)
    return lambda: client.recv(1)


@starts
def with_timeout(name):
    client, expected[name] = connect(1000)
    return lambda: client.recv(1)


@starts
def accepting(name):
    expected[name] = in_words(server, 'TCP 127.0.0.1:%d (LISTEN)' % port)
    return server.accept


@starts
def any_address(name):
    sock = listening(socket.AF_INET, ('', 0))
    expected[name] = in_words(sock, 'TCP *:%d (LISTEN)' % sock.getsockname()[1])
    return sock.accept


@starts
def datagrams(name):
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind(('127.0.0.1', 0))
    expected[name] = in_words(sock, 'UDP 127.0.0.1:%d' % sock.getsockname()[1])
    return lambda: sock.recv(1)


@starts
def unix_named(name):
    # A name that would clear the screen.
    sock = listening(socket.AF_UNIX, '\0pystack %d \033[2J' % os.getpid())
    expected[name] = in_words(sock, 'unix @pystack %d \033[2J' % os.getpid())
    return sock.accept


@starts
def unix_unnamed(name):
    ours, theirs = socket.socketpair()
    kept.append(theirs)
    inode = os.readlink('/proc/self/fd/%d' % ours.fileno())
    expected[name] = in_words(ours, 'unix ' + inode)
    return lambda: ours.recv(1)


@starts
def selecting(name):
    pipes = [pipe(), pipe()]
    expected[name] = ', '.join(words for _, words in pipes)
    return lambda: select.select([pipes[1][0]], [], [pipes[0][0]])


@starts
def polling(name):
    pipes = [pipe() for _ in range(5)]
    poll = select.poll()
    for fd, _ in pipes:
        poll.register(fd, select.POLLIN)
    expected[name] = ', '.join(words for _, words in pipes[:3]) + ' and 2 more'
    return poll.poll


@starts
def watching(name):
    fd, words = pipe()
    epoll = select.epoll()
    epoll.register(fd, select.EPOLLIN)
    expected[name] = 'fd %d (epoll of %s)' % (epoll.fileno(), words)
    return epoll.poll


@starts
def child(name):
    process = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])
    kept.append(process)
    expected[name] = 'child process %d' % process.pid
    return process.wait


if socket.has_ipv6 and os.path.exists('/proc/self/net/tcp6'):
    @starts
    def version_6(name):
        try:
            sock = listening(socket.AF_INET6, ('::1', 0))
        except (IOError, OSError):  # switched off here
            return lambda: None
        expected[name] = in_words(sock, 'TCP [::1]:%d (LISTEN)' % sock.getsockname()[1])
        return sock.accept

oracle.announce(extra={'expected': expected})
time.sleep(3600)
