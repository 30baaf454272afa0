"""What gunicorn serves in server.mjs: a little work in Python for each request."""


def application(environ, start_response):
    body = b'%d' % sum(number * number for number in range(2000))
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
