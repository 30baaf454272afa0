"""An application in uwsgi, which brings Python into a server written in C, and a request that it serves. Exits with 77
without pyuwsgi."""
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle


def application(_environment, _start_response):
    time.sleep(3600)


def ask():
    for _ in range(500):
        try:
            connection = socket.create_connection(('127.0.0.1', int(os.environ['PYSTACK_TEST_PORT'])))
            break
        except OSError:
            time.sleep(0.01)
    connection.sendall(b'GET / HTTP/1.0\r\n\r\n')
    connection.recv(1)


if __name__ == '__main__':
    try:
        import pyuwsgi
    except ImportError:
        sys.exit(77)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    os.environ['PYSTACK_TEST_PORT'] = port
    pyuwsgi.run([
        '--http-socket', '127.0.0.1:' + port, '--enable-threads', '--single-interpreter', '--disable-logging',
        '--wsgi-file', os.path.abspath(__file__),
    ])
else:
    threading.Thread(target=ask, name='asks', daemon=True).start()
    oracle.announce(when=lambda: any(frame.f_code is application.__code__ for frame in sys._current_frames().values()))
