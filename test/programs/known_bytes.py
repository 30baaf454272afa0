"""Puts bytes where it can say they are, and tells its own mappings."""
import ctypes
import mmap
import os
import time

import oracle

PATTERN = bytes(bytearray((7 * i + i // 256) % 256 for i in range(100000)))
kept = ctypes.create_string_buffer(PATTERN, len(PATTERN))
pages = mmap.mmap(-1, 64 * mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
pages[5 * mmap.PAGESIZE:5 * mmap.PAGESIZE + 5] = b'hello'
with open('/proc/self/cmdline', 'rb') as file:
    command_line = file.read().decode('latin1').split('\0')[:-1]
with open('/proc/self/maps') as file:
    maps = file.read()
oracle.die_eventually()
oracle.say_ready({
    'address': ctypes.addressof(kept),
    'size': len(PATTERN),
    'pages': ctypes.addressof(ctypes.c_char.from_buffer(pages)),
    'commandLine': command_line,
    'maps': maps,
    'tid': oracle.native_id(),
    'ppid': os.getppid(),
    'uid': os.getuid(),
    'gid': os.getgid(),
})
time.sleep(600)
