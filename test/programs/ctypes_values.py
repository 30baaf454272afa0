"""Objects of ctypes in variables; `reprs` is what Python says of those that have a repr of their own. Runs on Python 2.7 too."""
import sys
import threading

import oracle

try:
    import ctypes
except ImportError:
    sys.exit(77)


class Point(ctypes.Structure):
    _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_double)]


class Deep(Point):
    _fields_ = [('name', ctypes.c_char * 8), ('at', Point * 2), ('to', ctypes.POINTER(Point)), ('password', ctypes.c_int)]


class Packed(ctypes.Structure):
    _pack_ = 1
    _layout_ = 'ms'
    _fields_ = [('a', ctypes.c_ubyte), ('b', ctypes.c_uint), ('c', ctypes.c_short)]


class Turned(ctypes.BigEndianStructure):
    _fields_ = [('a', ctypes.c_ushort), ('b', ctypes.c_uint)]


class Bits(ctypes.Structure):
    _fields_ = [('a', ctypes.c_int, 3), ('b', ctypes.c_int, 5)]


class Mine(ctypes.c_int):
    pass


def hold():
    byte = ctypes.c_byte(-1)
    ubyte = ctypes.c_ubyte(255)
    short = ctypes.c_short(-300)
    ushort = ctypes.c_ushort(65535)
    whole = ctypes.c_int(5)
    uint = ctypes.c_uint(2 ** 32 - 1)
    long_ = ctypes.c_long(-2 ** 63)
    ulong = ctypes.c_ulong(2 ** 64 - 1)
    size = ctypes.c_size_t(7)
    single = ctypes.c_float(0.5)
    double = ctypes.c_double(1e300)
    truth = ctypes.c_bool(True)
    char = ctypes.c_char(b'a')
    nothing = ctypes.c_void_p()
    somewhere = ctypes.c_void_p(0x7f0000001000)
    text = ctypes.c_char_p(b'abc')
    no_text = ctypes.c_char_p()
    turned = ctypes.c_int.__ctype_be__(258)
    reprs = {name: repr(value) for name, value in locals().items()}
    mine = Mine(9)
    row = (ctypes.c_int * 3)(1, -2, 3)
    none = (ctypes.c_int * 0)()
    table = ((ctypes.c_short * 2) * 2)((1, 2), (3, 4))
    buffer = ctypes.create_string_buffer(b'abc', 100)
    full = (ctypes.c_char * 3)(b'x', b'y', b'z')
    point = Point(1, 2.5)
    points = (Point * 2)((1, 2), (3, 4))
    deep = Deep(7, 8, b'deep', ((1, 2), (3, 4)), None, 12345678)
    packed = Packed(1, 70000, -3)
    big = Turned(258, 70000)
    bits = Bits(1, 2)
    part = points[1]
    long = (ctypes.c_int * 1000)()
    gone = Point.from_address(0x1000)
    password = ctypes.create_string_buffer(b'abcdefgh')
    oracle.announce(extra={'reprs': reprs})
    threading.Event().wait(600)


hold()
