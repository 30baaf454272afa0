"""Variables of which some must not be told, and memory that nobody shows: each holds a text of its own, told to who looks."""
import binascii
import os
import struct
import time

import oracle


def text(what):
    return str(what + '-' + binascii.hexlify(os.urandom(8)).decode('ascii'))


KEPT_TO_ITSELF = [text('unshown') for _ in range(100)]


class Session(object):
    def __init__(self, cookie):
        self.cookie = cookie


def login(user, password, settings, token_number, session):
    time.sleep(3600)


def arguments():
    shown, hidden, nested, deep, octets, cookie = [
        text(what) for what in ('shown', 'hidden', 'nested', 'deep', 'octets', 'cookie')]
    # Numbers have no text: what they look like in memory is told.
    small = struct.unpack('<I', os.urandom(4))[0] % 2 ** 29 + 2 ** 28
    oracle.announce(extra={
        'shown': shown, 'hidden': hidden, 'nested': nested, 'deep': deep, 'octets': octets, 'cookie': cookie,
        'small': binascii.hexlify(struct.pack('<I', small)).decode('ascii'), 'unshown': KEPT_TO_ITSELF[50]})
    settings = {'api_key': nested, 'retries': 3, 'servers': [{'name': 'a', 'private_key': (deep, {'in': deep})}],
                'secret': octets.encode('ascii')}
    return shown, hidden, settings, small, Session(cookie)


login(*arguments())
