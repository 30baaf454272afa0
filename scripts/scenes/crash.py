"""A pointer that went wrong in a C library, called from a thread."""
import ctypes
import threading
import time


def decode(address):
    return ctypes.string_at(address)


def work():
    time.sleep(0.2)
    decode(8)


threading.Thread(target=time.sleep, args=(3600,), name='idle', daemon=True).start()
threading.Thread(target=work, name='decoder').start()
