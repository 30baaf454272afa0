"""
Frames as other compilers make them, made of ordinary ones: one of a type of its own that says its line itself, and one whose
variables are kept elsewhere, so that its slots are empty. Argument: where `f_lineno` lies in a frame object.
"""
import ctypes
import os
import sys
import threading
import time

import oracle


class compiled_frame(object):
    pass


def word(address):
    return ctypes.c_void_p.from_address(address)


def empty_slots(frame, values):
    # The pointers to these values among the words behind the frame's head; tags are in the lowest bits.
    start = id(frame) if sys.version_info < (3, 11) else word(id(frame) + 24).value
    wanted = set(id(value) for value in values)
    for at in range(start + 48, start + 48 * 16, 8):
        if ((word(at).value or 0) & ~3) in wanted:
            word(at).value = 0


def foreign(n, line_at):
    local = n + 1
    frame = sys._getframe()
    word(id(frame) + 8).value = id(compiled_frame)
    ctypes.c_int.from_address(id(frame) + line_at).value = 7
    time.sleep(3600)


def elsewhere(first, second):
    local = ['local']
    empty_slots(sys._getframe(), [first, second, local])
    foreign(1, int(sys.argv[1]))


def deleting(argument):
    del argument
    elsewhere(['first'], ['second'])


def announce():
    time.sleep(0.5)
    oracle.say_ready({'pid': os.getpid()})


oracle.die_eventually()
threading.Thread(target=announce, daemon=True).start()
deleting(1)
