"""Threads that each wait for ever in one system call, called as C would. A call that comes back was disturbed: it is
counted in the file COUNTS, one 32-bit word a thread, and made again."""
import ctypes
import mmap
import os
import select
import signal
import socket
import sys
import threading
import time

import oracle

CLONE_NEWIPC = 0x08000000
SIG_BLOCK = 0
# asm/unistd.h of x86-64, and of the others
IO_SETUP, IO_GETEVENTS, FUTEX = (206, 208, 202) if os.uname()[4] == 'x86_64' else (0, 4, 98)

libc = ctypes.CDLL(None, use_errno=True)
NULL = ctypes.c_void_p()
FOREVER = (ctypes.c_long * 2)(10 ** 6, 0)


class PollFd(ctypes.Structure):
    _fields_ = [('fd', ctypes.c_int), ('events', ctypes.c_short), ('revents', ctypes.c_short)]


class SemBuf(ctypes.Structure):
    _fields_ = [('num', ctypes.c_ushort), ('op', ctypes.c_short), ('flg', ctypes.c_short)]


def calls():
    reader, writer = os.pipe()
    ours, theirs = socket.socketpair()
    listening = socket.socket()
    listening.bind(('127.0.0.1', 0))
    listening.listen(1)
    epoll = select.epoll()
    epoll.register(reader, select.EPOLLIN)
    keep.extend([reader, writer, ours, theirs, listening, epoll])
    polled = PollFd(reader, select.POLLIN, 0)
    events = ctypes.create_string_buffer(4096)
    set_of_one = (ctypes.c_ulong * 16)()
    set_of_one[0] = 1 << (signal.SIGUSR2 - 1)
    read_set = (ctypes.c_ulong * 16)()
    read_set[reader // 64] = 1 << (reader % 64)
    word = ctypes.c_int(0)
    yield 'epoll_wait', lambda: libc.epoll_wait(epoll.fileno(), events, 1, -1)
    yield 'poll', lambda: libc.poll(ctypes.byref(polled), 1, -1)
    yield 'select', lambda: libc.select(reader + 1, read_set, NULL, NULL, NULL)
    yield 'nanosleep', lambda: libc.nanosleep(FOREVER, NULL)
    yield 'clock_nanosleep', lambda: libc.clock_nanosleep(1, 0, FOREVER, NULL)
    yield 'sigtimedwait', lambda: libc.sigtimedwait(set_of_one, NULL, FOREVER)
    yield 'sigwaitinfo', lambda: libc.sigwaitinfo(set_of_one, NULL)
    yield 'futex', lambda: libc.syscall(FUTEX, ctypes.byref(word), 0, 0, FOREVER, NULL, 0)
    yield 'read', lambda: libc.read(reader, events, 1)
    yield 'recv', lambda: libc.recv(ours.fileno(), events, 1, 0)
    yield 'accept', lambda: libc.accept(listening.fileno(), NULL, NULL)
    context = ctypes.c_ulong(0)
    if libc.syscall(IO_SETUP, 8, ctypes.byref(context)) == 0:
        yield 'io_getevents', lambda: libc.syscall(IO_GETEVENTS, context, ctypes.c_long(1), ctypes.c_long(1), events, NULL)
    # In a namespace of their own, these go with the process.
    if libc.unshare(CLONE_NEWIPC) == 0:
        queue = libc.msgget(0, 0o600)
        semaphores = libc.semget(0, 1, 0o600)
        down = SemBuf(0, -1, 0)
        yield 'msgrcv', lambda: libc.msgrcv(queue, events, ctypes.c_size_t(16), ctypes.c_long(0), 0)
        yield 'semop', lambda: libc.semop(semaphores, ctypes.byref(down), ctypes.c_size_t(1))
        yield 'semtimedop', lambda: libc.semtimedop(semaphores, ctypes.byref(down), ctypes.c_size_t(1), FOREVER)


def wait_for_ever(number, call):
    while True:
        call()
        counts[number] += 1
        time.sleep(0.001)  # a call that fails at once is to be counted, not to heat the room


keep = []
# Else the threads that wait for it could be passed over by a handler elsewhere.
blocked = (ctypes.c_ulong * 16)()
blocked[0] = 1 << (signal.SIGUSR2 - 1)
libc.pthread_sigmask(SIG_BLOCK, blocked, NULL)
with open(sys.argv[1], 'r+b') as file:
    counts = (ctypes.c_uint32 * 1024).from_buffer(mmap.mmap(file.fileno(), 4096))
names = []
for number, (name, call) in enumerate(calls()):
    names.append(name)
    threading.Thread(target=wait_for_ever, args=(number, call), name=name, daemon=True).start()
oracle.announce(extra={'calls': names})
time.sleep(3600)
