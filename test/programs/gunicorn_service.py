"""gunicorn with a threaded worker, under the oracle: the worker announces itself. Exits with 77 without gunicorn."""
import sys
import threading
import time
import urllib.request

import oracle

try:
    from gunicorn.app.base import BaseApplication
except ImportError:
    sys.exit(77)

busy = threading.Semaphore(0)


def application(environ, start_response):
    busy.release()
    time.sleep(3600)


class Service(BaseApplication):
    def load_config(self):
        settings = {
            'bind': '127.0.0.1:0',
            'workers': 1,
            'threads': 3,
            'worker_class': 'gthread',
            'loglevel': 'critical',
            'timeout': 0,
            'post_worker_init': self.initialized,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        return application

    def initialized(self, worker):
        port = worker.sockets[0].sock.getsockname()[1]
        threading.Thread(target=self.request, args=(port,), name='client', daemon=True).start()
        oracle.announce(when=lambda: busy._value > 0, extra=lambda: {'polls': True})

    def request(self, port):
        urllib.request.urlopen('http://127.0.0.1:%d/' % port).read()


oracle.die_eventually()
Service().run()
