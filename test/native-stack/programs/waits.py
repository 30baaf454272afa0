"""Threads that stand in the kernel for many different reasons, reached from Python through different native code."""
import ctypes
import os
import select
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle

COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int)
kept = []


def wait_sleep():
    time.sleep(3600)


def wait_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def wait_timed_condition():
    condition = threading.Condition()
    with condition:
        condition.wait(3600)


def wait_select():
    select.select([], [], [], 3600)


def wait_poll():
    select.poll().poll(3600 * 1000)


def wait_epoll():
    poll = select.epoll()
    kept.append(poll)
    poll.poll(3600)


def wait_recv():
    pair = socket.socketpair()
    kept.extend(pair)
    pair[0].recv(1)


def wait_accept():
    listener = socket.socket()
    kept.append(listener)
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    listener.accept()


def wait_read():
    ends = os.pipe()
    os.read(ends[0], 1)


def wait_sigwait():
    signal.sigwait([signal.SIGUSR2])


def wait_sorted_key():
    sorted([1], key=lambda value: time.sleep(3600))


def wait_ctypes_callback():
    numbers = (ctypes.c_int * 2)(2, 1)
    callback = COMPARE(lambda a, b: time.sleep(3600) or 0)
    ctypes.CDLL(None).qsort(numbers, 2, 4, callback)


def wait_deep():
    """50 evaluation loops, one inside the other."""
    class Counted:
        def __init__(self, left):
            self.left = left

        def __index__(self):
            if self.left == 0:
                time.sleep(3600)
            return [0][Counted(self.left - 1)]

    threading.stack_size(0)
    [0][Counted(50)]


def wait_generator():
    def numbers():
        yield 1
        time.sleep(3600)

    def more():
        for each in numbers():
            yield each

    list(more())


def wait_in_signal_handler():
    """A handler written in C's terms, so that the kernel's signal frame is on the native stack."""
    def handle(_number):
        time.sleep(3600)

    handler = HANDLER(handle)
    kept.append(handler)
    libc = ctypes.CDLL(None)
    libc.signal.argtypes = [ctypes.c_int, HANDLER]
    libc.signal.restype = ctypes.c_void_p
    libc.signal(signal.SIGUSR1, handler)
    libc.pthread_self.restype = ctypes.c_void_p
    libc.pthread_kill.argtypes = [ctypes.c_void_p, ctypes.c_int]
    libc.pthread_kill(libc.pthread_self(), signal.SIGUSR1)


for name, target in sorted(globals().items()):
    if name.startswith('wait_'):
        threading.Thread(target=target, name=name, daemon=True).start()
oracle.announce()
time.sleep(3600)
