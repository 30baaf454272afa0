"""Machine code made at run time, as a JIT would: no file, no unwind data, only frame pointers. One thread waits in what it
calls, one spins in it. Exits with 77 on other machines than x86-64."""
import ctypes
import mmap
import os
import platform
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle

if platform.machine() != 'x86_64':
    sys.exit(77)

libc = ctypes.CDLL(None)
ENTER = b'\x55\x48\x89\xe5'  # push rbp; mov rbp, rsp
LEAVE = b'\x5d\xc3'  # pop rbp; ret
kept = []


def made(code):
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    kept.append(memory)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))


def address_of(function):
    return ctypes.cast(function, ctypes.c_void_p).value


def waits_below():
    # mov rax, pause; call rax
    made(ENTER + b'\x48\xb8' + struct.pack('<Q', address_of(libc.pause)) + b'\xff\xd0' + LEAVE)()


def spins():
    made(ENTER + b'\xeb\xfe' + LEAVE)()  # jmp to itself


wanted = sys.argv[1:] or ['waits_below']
for target in (waits_below, spins):
    if target.__name__ in wanted:
        threading.Thread(target=target, name=target.__name__, daemon=True).start()
oracle.announce(running=int('spins' in wanted))
time.sleep(3600)
