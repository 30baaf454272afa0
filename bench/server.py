"""A threaded HTTP server of the standard library on 127.0.0.1 that does a little work for each request. Prints its port."""
import http.server
import os
import signal


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # Else head and body go separately, and what is measured is the kernel waiting to acknowledge.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        body = b'%d' % sum(number * number for number in range(2000))
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


signal.alarm(3600)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
os.write(1, b'%d\n' % server.server_address[1])
server.serve_forever()
