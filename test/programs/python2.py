"""What lets the programs run on Python 2.7: what `threading` has there under other names, or not at all.

Imported by oracle.py, and so by every program, before it starts a thread.
"""
import itertools
import json
import thread
import threading

_count = itertools.count()
_started = {}
_Plain = threading.Thread
_main = threading.current_thread()


class Thread(_Plain):
    def __init__(self, *args, **keywords):
        daemon = keywords.pop('daemon', None)
        _Plain.__init__(self, *args, **keywords)
        if daemon is not None:
            self.daemon = daemon

    def start(self):
        # One after the other, as the interpreter puts them into its list.
        _started[self] = next(_count)
        _Plain.start(self)


threading.Thread = Thread
threading.get_ident = thread.get_ident
threading.main_thread = lambda: _main


# What is imported when it is first used would wait for the import lock, which a program may be holding.
json.dumps({}).encode('ascii')


def age(ident):
    """Larger for younger threads; the main thread has the least."""
    return _started.get(threading._active.get(ident), -1)
