"""uwsgi with a master and four workers, one of which serves a request that never ends. Exits with 77 without pyuwsgi."""
import os
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle


def application(_environment, _start_response):
    oracle.say_ready({'pid': os.getppid(), 'stuck': os.getpid()})
    time.sleep(3600)


def ask(port):
    for _ in range(500):
        try:
            connection = socket.create_connection(('127.0.0.1', port))
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
        port = free.getsockname()[1]
    # Who asks is none of the server's children.
    if os.fork() == 0:
        if os.fork() == 0:
            oracle.die_eventually()
            ask(port)
        os._exit(0)
    os.wait()
    pyuwsgi.run([
        '--http-socket', '127.0.0.1:%d' % port, '--master', '--processes', '4', '--enable-threads', '--disable-logging',
        '--wsgi-file', os.path.abspath(__file__),
    ])
