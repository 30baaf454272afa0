"""A class made so often that the interpreter specialises the call, and then once more, to stay in its __init__."""
import os
import signal
import time

signal.alarm(600)


def wait():
    os.write(1, b'ready {}\n')
    time.sleep(3600)


class Thing:
    def __init__(self, stay):
        if stay:
            wait()


def make(count):
    for i in range(count + 1):
        Thing(i == count)


make(10000)
