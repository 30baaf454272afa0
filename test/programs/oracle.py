"""Says from inside what a look from outside must find.

`announce()` starts a thread that waits until every other thread stands still, asks Python itself where each one is
(sys._current_frames, f_lineno, co_positions), prints one line `ready {json}` and ends. Whoever started the program
waits for that line and for the end of that thread. Runs on Python 2.7, and on 3.6 and later.
"""
import collections
import json
import os
import signal
import sys
import threading
import time

if sys.version_info[0] == 2:
    import python2

# Nobody outlives a test run by more than this, even if the run itself is killed.
LIFETIME_S = 600


def native_id():
    return int(os.readlink('/proc/thread-self').rsplit('/', 1)[1])


def say_ready(value):
    """Prints the line, past any buffer and lock of sys.stdout. `moves`: some of it goes on, whoever looks need not wait until
    all stands still."""
    # start() returns as soon as the new thread says so, which is before it puts itself, with its name, where names are found.
    starting = list(threading._limbo)
    while any(thread in threading._limbo for thread in starting):
        time.sleep(0.001)
    data = b'ready ' + json.dumps(value).encode('ascii') + b'\n'
    while data:
        data = data[os.write(1, data):]


def die_eventually():
    """Ends this process with whoever started it, even if that is killed; and after some minutes in any case."""
    signal.alarm(LIFETIME_S)
    try:
        import ctypes
    except ImportError:
        return
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def announce(running=0, when=None, extra=None):
    """Prints the line once all threads but `running` sleep and do not move, and `when()` is true if given."""
    die_eventually()
    threading.Thread(target=_watch, args=(running, when, extra), name='oracle', daemon=True).start()


def _watch(running, when, extra):
    # 3.7's Thread.start() returns before the thread is in the thread list's books everywhere.
    same, last = 0, None
    while same < 3:
        time.sleep(0.02)
        frames = _frames()
        now = {ident: _spine(frame) for ident, frame in frames.items()}
        ready = (when is None or when()) and _awake() <= running
        same = same + 1 if ready and now == last else 0
        last = now
    message = {
        'pid': os.getpid(),
        'oracle': native_id(),
        'threads': [_thread(ident, frame) for ident, frame in frames.items()],
    }
    message.update(extra() if callable(extra) else extra or {})
    say_ready(message)


def _frames():
    """Newest thread first, as the interpreter keeps its list; without this one."""
    frames = sys._current_frames()
    del frames[threading.get_ident()]
    if sys.version_info[0] == 2:
        return collections.OrderedDict(sorted(frames.items(), key=lambda item: -python2.age(item[0])))
    return frames


def _spine(frame):
    spine = []
    while frame is not None:
        spine.append((id(frame.f_code), frame.f_lasti))
        frame = frame.f_back
    return spine


def _awake():
    """How many other threads run or want to."""
    count = 0
    for tid in os.listdir('/proc/self/task'):
        if int(tid) == native_id():
            continue
        try:
            # As bytes: the name in it may be cut within a character, or be read while it is being set.
            with open('/proc/self/task/%s/stat' % tid, 'rb') as stat:
                state = stat.read().rsplit(b')', 1)[1].split()[0]
        except EnvironmentError:
            # It has just ended.
            state = b'X'
        count += state not in b'SD'
    return count


def _thread(ident, frame):
    thread = threading._active.get(ident)
    return {
        'tid': getattr(thread, 'native_id', None),
        'name': thread and thread.name,
        'main': ident == threading.main_thread().ident,
        'frames': _stack(frame),
    }


def _stack(frame):
    """Outermost first: [function, qualname, file, line, endLine, column, endColumn]."""
    stack, known = [], {}
    while frame is not None:
        key = (frame.f_code, frame.f_lasti)
        if key not in known:
            known[key] = _described(frame)
        stack.append(known[key])
        frame = frame.f_back
    stack.reverse()
    return stack


def _described(frame):
    code = frame.f_code
    place = [frame.f_lineno, None, None, None]
    if hasattr(code, 'co_positions'):
        line, end_line, column, end_column = list(code.co_positions())[frame.f_lasti // 2]
        place = [line, end_line, column, end_column]
    return [code.co_name, getattr(code, 'co_qualname', None), code.co_filename] + place
