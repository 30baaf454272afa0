"""Variables of which some must not be told, and memory that nobody shows: each holds a text of its own, told to who looks."""
import binascii
import os
import time

import oracle


def text(what):
    return what + '-' + binascii.hexlify(os.urandom(8)).decode('ascii')


KEPT_TO_ITSELF = [text('unshown') for _ in range(100)]


def login(user, password, settings):
    time.sleep(3600)


def arguments():
    shown, hidden, nested = text('shown'), text('hidden'), text('nested')
    oracle.announce(extra={'shown': shown, 'hidden': hidden, 'nested': nested, 'unshown': KEPT_TO_ITSELF[50]})
    return shown, hidden, {'api_key': nested, 'retries': 3}


login(*arguments())
