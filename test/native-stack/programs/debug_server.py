"""Serves debug information as debuginfod does: /buildid/<id>/debuginfo, from one file. Arguments: the file, seconds to
wait before each answer. Prints its port, then each path it is asked for."""
import http.server
import sys
import time

with open(sys.argv[1], 'rb') as file:
    CONTENT = file.read()
WAIT = float(sys.argv[2])


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, flush=True)
        time.sleep(WAIT)
        if self.path != sys.argv[3]:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Length', str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_arguments):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
print(server.server_port, flush=True)
server.serve_forever()
