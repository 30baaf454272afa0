"""Another tracer: seizes every thread of the process given, and with `stop` stops them as well."""
import ctypes
import os
import sys
import time

import oracle

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
pid = int(sys.argv[1])
tids = [int(name) for name in os.listdir('/proc/%d/task' % pid)]


def request(number, tid):
    if libc.ptrace(number, tid, None, None) != 0:
        sys.exit('ptrace %#x %d: %s' % (number, tid, os.strerror(ctypes.get_errno())))


oracle.die_eventually()
for tid in tids:
    request(PTRACE_SEIZE, tid)
if 'stop' in sys.argv[2:]:
    for tid in tids:
        request(PTRACE_INTERRUPT, tid)
        os.waitpid(tid, 0x40000000)  # __WALL
oracle.say_ready({})
while True:
    time.sleep(3600)
