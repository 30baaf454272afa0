"""A regular expression that takes for ever on one input, in C, with the GIL: nobody else gets to run."""
import re
import threading
import time

HOST = re.compile(r'^(([a-z0-9]+-?)+\.)+$')


def check(name):
    return HOST.match(name)


def handle(number):
    while True:
        time.sleep(0.05)


for number in range(3):
    threading.Thread(target=handle, args=(number,), name=f'request-{number}', daemon=True).start()
time.sleep(0.2)
check('a' * 60 + '!')
