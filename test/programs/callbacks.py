"""Python called from C in many ways, so that one thread runs several eval loops one inside the other."""
import ctypes
import functools
import json
import operator
import re
import threading
import time
import weakref

import oracle


def gate(*_arguments):
    time.sleep(3600)
    return 0


def in_sorted_key():
    sorted([1], key=lambda value: gate(value))


def in_comparison():
    class Ordered:
        def __lt__(self, other):
            return gate()

    sorted([Ordered(), Ordered()])


def in_reduce():
    functools.reduce(lambda a, b: gate(a, b), [1, 2])


def in_map():
    list(map(gate, [1]))


def in_substitution():
    re.sub('x', lambda match: gate(match), 'axb')


def in_ctypes_callback():
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 2)(2, 1)
    ctypes.CDLL(None).qsort(numbers, 2, ctypes.sizeof(ctypes.c_int), prototype(gate))


def in_nested_callbacks():
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    numbers = (ctypes.c_int * 2)(2, 1)

    def compare(_a, _b):
        return sorted([0], key=lambda value: list(map(gate, [value])))[0]

    ctypes.CDLL(None).qsort(numbers, 2, ctypes.sizeof(ctypes.c_int), prototype(compare))


def in_pythonapi():
    ctypes.pythonapi.PyObject_CallObject.restype = ctypes.py_object
    ctypes.pythonapi.PyObject_CallObject.argtypes = [ctypes.py_object, ctypes.py_object]
    ctypes.pythonapi.PyObject_CallObject(gate, ())


def in_hash():
    class Hashed:
        def __hash__(self):
            return gate()

    {Hashed(): 1}


def in_repr():
    class Shown:
        def __repr__(self):
            return str(gate())

    '%r' % [Shown()]


def in_destructor():
    class Dying:
        def __del__(self):
            gate()

    Dying()


def in_weakref_callback():
    class Referent:
        pass

    referent = Referent()
    reference = weakref.ref(referent, gate)
    del referent
    return reference


def in_json_default():
    json.dumps(object(), default=gate)


def in_partial():
    functools.partial(operator.methodcaller('step'), type('Stepper', (), {'step': lambda self: gate()})())()


def in_metaclass():
    class Meta(type):
        def __call__(cls, *arguments):
            return gate()

    Meta('Made', (), {})()


def in_init_subclass():
    class Base:
        def __init_subclass__(cls):
            gate()

    class Derived(Base):
        pass


for name, target in sorted(globals().items()):
    if name.startswith('in_'):
        threading.Thread(target=target, name=name, daemon=True).start()
oracle.announce()
gate()
