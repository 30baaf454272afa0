"""Secrets under names that tell nothing: the same objects, their texts inside others, and what only secrets look like."""
import logging
import os
import sys
import threading

import oracle

os.environ['DB_PASSWORD'] = 'env-secret'
PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIpem-secret\n-----END RSA PRIVATE KEY-----\n'


class Conf(object):
    def __init__(self):
        self.password = 'attr-secret'
        self.dburl = 'postgresql://app:url-secret@db/x'
        self.aws_secret_access_key = 'aws-secret'


class Token(object):
    def __init__(self):
        self.raw = 'raw-part'


def call(api_key, url, headers, conninfo, cmd, cfg, cookies, pwd, *args):
    env = dict(DB_PASSWORD=os.environ['DB_PASSWORD'], PWD='/where/we/are')
    body = '{"user": "u", "password": "json-secret", "n": 1}'
    argsrepr = repr((api_key, 5))
    wrapped = [api_key, {'k': api_key}, (api_key.encode('ascii'),)]
    same_cookies = cookies
    one_cookie = cookies['session']
    header = 'Authorization: Bearer token-secret'
    query = 'https://example.org/x?user=a&access_token=query-secret&page=2'
    odbc = 'Server=db;Database=x;User Id=sa;Password=odbc-secret;'
    key = PEM
    aws = ['AKIAIOSFODNN7EXAMPLE']
    option = ['curl', '--token', 'next-secret', '-v']
    octets = b'password=bytes-secret'
    long = 'x' * 195 + api_key
    token = Token()
    renamed = token
    plain = ['nothing: here', 'a=b', 'http://host:8080/x', '-p8080', 'the author said so']
    where = os.path.join('/tmp', 'auth', 'x')
    entry = 'db.example.org:5432:app:me:pgpass-secret'
    record = logging.LogRecord('app', 20, 'a.py', 1, 'password=%s for %s', ('logged-secret', 'somebody'), None)
    by_name = logging.LogRecord('app', 20, 'a.py', 1, 'the token %(value)s', ({'value': 'named-secret'},), None)
    message, values = record.msg, record.args
    query_and_values = ('UPDATE users SET name = %s, password = %s', ('somebody', 'bound-secret'))
    row = "INSERT INTO users (name, password) VALUES ('somebody', 'row-secret')"
    login = ['sudo', 'docker', 'login', '-u', 'me', '-p', 'docker-secret', 'registry']
    line = 'env A=1 sshpass -p line-secret ssh host'
    scope = [(b'host', b'example.org'), (b'x-api-key', b'onlylettersbutasecret'), (b'cookie', b'id=asgi-secret')]
    written = repr(scope)
    form = 'name="password"\r\n\r\nform-secret\r\n--x'
    times = ['12:30:45:a:b', 'main.py:1234:in:call:raised', 'docker run -p 8080:80 nginx', ('token', 'NAME')]
    say = 'ready'
    oracle.announce()
    threading.Event().wait()


def made(prefix):
    return prefix + '-123456789'


k = made('sk-live')
call(k, 'postgresql://app:url-secret@db/x', {'Authorization': 'Bearer hdr-secret', 'X-Api-Key': 'hdr2-secret'},
     'host=db password=dsn-secret dbname=x', ['mysql', '-pcmd-secret', '--password=opt-secret', 'db'], Conf(),
     {'session': 'cookie-secret'}, 'pwd-secret', k)
