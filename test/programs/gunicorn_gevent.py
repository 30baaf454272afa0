"""A gunicorn worker of gevent with requests that are stuck: in a lock, at a socket, asleep, and one that blocks the hub.
Python 3 only: it is what is installed. Exits with 77 without gunicorn or gevent.
"""
import sys

try:
    import gevent
    from gevent import monkey
    from gunicorn.app.base import BaseApplication
except ImportError:
    sys.exit(77)
monkey.patch_all()

import os
import socket
import threading
import time

import oracle

lock = threading.Lock()
busy = []
ours, theirs = socket.socketpair()


def in_lock():
    with lock:
        pass


def with_lock():
    with lock:
        time.sleep(3600)


def at_socket():
    ours.recv(1)


def blocks():
    oracle.die_eventually()
    oracle.say_ready({'pid': os.getpid(), 'requests': busy})
    monkey.get_original('time', 'sleep')(3600)


HANDLERS = {'/with-lock': with_lock, '/in-lock': in_lock, '/at-socket': at_socket, '/blocks': blocks}


def application(environ, start_response):
    path = environ['PATH_INFO']
    busy.append(path)
    HANDLERS[path]()


class Service(BaseApplication):
    def load_config(self):
        settings = {
            'bind': '127.0.0.1:0', 'workers': 1, 'worker_class': 'gevent', 'loglevel': 'critical', 'timeout': 0,
            'post_worker_init': self.initialized,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        return application

    def initialized(self, worker):
        port = worker.sockets[0].getsockname()[1]
        gevent.spawn(self.ask, port)

    def ask(self, port):
        connections = []
        for path in HANDLERS:
            connection = socket.create_connection(('127.0.0.1', port))
            connections.append(connection)
            connection.sendall('GET {} HTTP/1.1\r\nHost: x\r\n\r\n'.format(path).encode())
            time.sleep(0.3)
        time.sleep(3600)


Service().run()
