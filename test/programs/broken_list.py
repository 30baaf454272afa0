"""A list whose elements lie where nothing is, alone and in a tuple."""
import ctypes
import gc
import threading

import oracle

# PyListObject ends with `ob_item` and `allocated`.
OB_ITEM = list.__basicsize__ - 2 * ctypes.sizeof(ctypes.c_void_p)


# The collector would look at the elements.
gc.disable()


def hold():
    whole = [1, 2, 3]
    broken = [1, 2, 3]
    pair = (whole, broken)
    ctypes.c_size_t.from_address(id(broken) + OB_ITEM).value = 8
    oracle.announce()
    threading.Event().wait()


hold()
