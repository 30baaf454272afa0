"""Strings whose proper form was never made ("not ready"), as old extensions make them: legal up to 3.11."""
import ctypes
import threading

import oracle

api = ctypes.pythonapi
api.PyUnicode_FromUnicode.restype = ctypes.py_object
api.PyUnicode_FromUnicode.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
api.PyUnicode_AsUnicode.restype = ctypes.c_void_p
api.PyUnicode_AsUnicode.argtypes = [ctypes.py_object]


def not_ready(text):
    made = api.PyUnicode_FromUnicode(None, len(text))
    characters = (ctypes.c_uint32 * len(text)).from_address(api.PyUnicode_AsUnicode(made))
    characters[:] = [ord(c) for c in text]
    return made


def hold():
    word = not_ready('h\u00e9l\u20aco')
    plain = not_ready('plain')
    beyond = not_ready('\U0001f600\udc80')
    long = not_ready('x' * 300)
    inside = [not_ready('in'), 1]
    oracle.announce()
    threading.Event().wait()


hold()
