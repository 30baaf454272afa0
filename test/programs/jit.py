"""A loop that has run so often that the interpreter compiles it (3.13+, where that is built in and switched on) stands in
a call out of the compiled code. `compiled`: whether it did compile something."""
import sys
import time

import oracle


def step(delay):
    time.sleep(delay)  # here


def loop(delays):
    for delay in delays:
        step(delay)  # called


def compiled_code():
    """Whether there is executable memory of no file: where compiled code lies."""
    with open('/proc/self/maps') as maps:
        return any(line.split()[1] == 'r-xp' and len(line.split()) == 5 for line in maps)


loop([0] * 20000)
oracle.announce(extra={'compiled': compiled_code()})
loop([0] * 20000 + [3600])
