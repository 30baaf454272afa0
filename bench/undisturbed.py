"""Thirty-two threads (or as many as THREADS says) that wait in four system calls, called through WAY. Calls that came back were
disturbed: they are counted in the file COUNTS, one 32-bit word a thread, and made again.

undisturbed.py WAY COUNTS THREADS [LIBRARY]"""
import ctypes
import mmap
import os
import select
import signal
import sys
import threading
import time

way, counts_file, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
signal.alarm(3600)
with open(counts_file, 'r+b') as file:
    counts = memoryview(mmap.mmap(file.fileno(), 4096)).cast('I')

SEM, EPOLL, SLEEP, FUTEX = range(4)


class SemBuf(ctypes.Structure):
    _fields_ = [('num', ctypes.c_ushort), ('op', ctypes.c_short), ('flg', ctypes.c_short)]


def through_ctypes(kind):
    libc = ctypes.CDLL(None)
    if kind == SEM:
        semaphores = libc.semget(0, 1, 0o1600)
        return lambda: libc.semop(semaphores, ctypes.byref(SemBuf(0, -1, 0)), ctypes.c_size_t(1))
    if kind == EPOLL:
        epoll = select.epoll()
        return lambda: libc.epoll_wait(epoll.fileno(), ctypes.create_string_buffer(64), 1, -1)
    if kind == SLEEP:
        return lambda: libc.nanosleep((ctypes.c_long * 2)(10 ** 6, 0), None)
    word = ctypes.c_int(0)
    return lambda: libc.syscall(202, ctypes.byref(word), 0, 0, None, None, 0)


def through_cffi(kind):
    import cffi
    ffi = cffi.FFI()
    ffi.cdef('''int semget(int, int, int); int semop(int, void *, size_t); int epoll_wait(int, void *, int, int);
                int nanosleep(long *, void *); long syscall(long, ...);''')
    libc = ffi.dlopen(None)
    room = ffi.new('char[64]')
    if kind == SEM:
        semaphores = libc.semget(0, 1, 0o1600)
        down = ffi.new('short[3]', [0, -1, 0])
        return lambda: libc.semop(semaphores, down, 1)
    if kind == EPOLL:
        epoll = select.epoll()
        return lambda: libc.epoll_wait(epoll.fileno(), room, 1, -1)
    if kind == SLEEP:
        return lambda: libc.nanosleep(ffi.new('long[2]', [10 ** 6, 0]), ffi.NULL)
    return lambda: libc.syscall(202, room, ffi.cast('int', 0), ffi.cast('int', 0), ffi.NULL)


def through_library(kind):
    """A library with `wait_in(int kind)`."""
    library = ctypes.CDLL(sys.argv[4])
    return lambda: library.wait_in(kind)


def through_extension(kind):
    sys.path.insert(0, os.path.dirname(sys.argv[4]))
    import waiting
    return lambda: waiting.wait_in(kind)


def through_uvloop(kind):
    import uvloop
    loop = uvloop.new_event_loop()
    return loop.run_forever


def through_gevent(kind):
    import gevent
    return lambda: gevent.spawn(gevent.sleep, 10 ** 6).join()


def wait_for_ever(number):
    call = globals()['through_' + way](number % 4)
    while True:
        call()
        counts[number] += 1
        time.sleep(0.001)


for number in range(count):
    threading.Thread(target=wait_for_ever, args=(number,), daemon=True).start()
time.sleep(2)
os.write(1, b'ready\n')
time.sleep(3600)
