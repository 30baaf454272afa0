"""Names made to deceive whoever prints them: control characters, escape sequences, direction overrides, line ends."""
from __future__ import unicode_literals

import threading
import time

import oracle
from names_made import renamed

HOSTILE = [
    'red \x1b[31m text',
    'title \x1b]0;owned\x07',
    'bell \x07 back \x08 delete \x7f',
    'line\nend',
    'carriage\rreturn',
    'tab\tstop',
    'eight-bit \x9b31m',
    'override \u202e reversed \u202c',
    'isolate \u2066 a \u2069 mark \u200f',
    'separators \u2028 and \u2029',
    'zero\u200bwidth\ufeff',
    'fake (most recent call last):\n    (Python) File "/etc/passwd", line 1, in forged',
    'noncharacter \uffff \U0010ffff',
]

for text in HOSTILE:
    if not isinstance(text, str):
        text = text.encode('utf-8')
    threading.Thread(target=renamed(text, str('/tmp/') + text + str('.py')), name=text, daemon=True).start()
oracle.announce()
time.sleep(3600)
