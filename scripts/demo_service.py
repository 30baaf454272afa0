"""A web service with a pool of workers, and clients that keep it busy: what the demo looks at."""
import concurrent.futures
import http.server
import queue
import threading
import time
import urllib.request

orders = queue.Queue()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        price = self.price_of(self.path.rsplit('/', 1)[1])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'%d' % price)

    def price_of(self, name):
        return sum(self.components(name))

    def components(self, name):
        for part in name:
            time.sleep(30)  # a slow database
            yield ord(part)

    def log_message(self, *args):
        pass


class Warehouse:
    def count(self, shelves):
        total = 0
        while True:
            total += sum(self.weigh(shelf) for shelf in range(shelves))

    def weigh(self, shelf):
        return shelf * shelf % 7


def ship():
    while True:
        order = orders.get()
        print('shipped', order)


def order(url):
    return urllib.request.urlopen(url).read()


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
url = 'http://127.0.0.1:%d/' % server.server_address[1]
threading.Thread(target=server.serve_forever, name='http', daemon=True).start()
threading.Thread(target=ship, name='shipping', daemon=True).start()
threading.Thread(target=Warehouse().count, args=(1000,), name='warehouse', daemon=True).start()
clients = concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix='client')
pending = [clients.submit(order, url + name) for name in ('apple', 'pear')]
time.sleep(0.5)
print('ready', flush=True)
concurrent.futures.wait(pending)
