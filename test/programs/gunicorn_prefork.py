"""gunicorn as it is mostly run: a master and forked workers that each serve one request at a time. One serves one that
never ends, the others wait for theirs. Exits with 77 without gunicorn."""
import sys
import threading
import time
import urllib.request

import oracle

try:
    from gunicorn.app.base import BaseApplication
except ImportError:
    sys.exit(77)

WORKERS = 5


def application(environ, start_response):
    time.sleep(3600)


class Service(BaseApplication):
    def load_config(self):
        settings = {
            'bind': '127.0.0.1:0',
            'workers': WORKERS,
            'worker_class': 'sync',
            'loglevel': 'critical',
            'timeout': 0,
            'when_ready': self.ready,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        return application

    def ready(self, arbiter):
        threading.Thread(target=self.announce, args=(arbiter,), name='announcer', daemon=True).start()

    def announce(self, arbiter):
        while len(arbiter.WORKERS) < WORKERS:
            time.sleep(0.05)
        port = arbiter.LISTENERS[0].sock.getsockname()[1]
        threading.Thread(target=self.request, args=(port,), name='client', daemon=True).start()
        oracle.say_ready({'workers': sorted(arbiter.WORKERS)})

    def request(self, port):
        urllib.request.urlopen('http://127.0.0.1:%d/' % port).read()


oracle.die_eventually()
Service().run()
