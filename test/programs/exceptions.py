"""Every program of a corpus in a thread of its own, which handles an exception and waits: argv is the folder of the corpus.

What each handles is written down by Python itself, into expected.json: by the thread's name, as `format_exception` has it,
and for each exception in its chain where its code was.
"""
import io
import json
import os
import sys
import threading
import traceback

folder = sys.argv[1]
threading.stack_size(2 * 1024 * 1024)
truth = {}
arrived = threading.Semaphore(0)
forever = threading.Lock()
forever.acquire()


def positions(error):
    """[line, column, end column] of each entry of its traceback, where Python knows columns."""
    found = []
    entry = getattr(error, '__traceback__', None)
    while entry is not None and hasattr(entry.tb_frame.f_code, 'co_positions'):
        place = list(entry.tb_frame.f_code.co_positions())[entry.tb_lasti // 2]
        found.append([place[0], place[2], place[3]])
        entry = entry.tb_next
    return found


def hold():
    kind, error, entries = sys.exc_info()
    if kind is not None:
        lines = traceback.format_exception(kind, error, entries)
        text = ''.join(lines)
        if not isinstance(text, type(u'')):
            text = text.decode('utf-8', 'replace')
        truth[threading.current_thread().name] = {'text': text, 'positions': positions(error)}
    arrived.release()
    forever.acquire()


started = 0
for file in sorted(os.listdir(folder)):
    if not file.endswith('.py'):
        continue
    path = os.path.join(folder, file)
    with io.open(path, encoding='utf-8') as source:
        text = source.read()
    scope = {'__name__': '__main__'}
    eval(compile(text if sys.version_info[0] > 2 else text.encode('utf-8'), path, 'exec'), scope)
    thread = threading.Thread(target=scope['run'], args=(hold,), name=file[:-3])
    thread.daemon = True
    thread.start()
    started += 1
for _ in range(started):
    arrived.acquire()
with open(os.path.join(folder, 'expected.json'), 'w') as out:
    json.dump(truth, out)
sys.stdout.write('ready {}\n')
sys.stdout.flush()
forever.acquire()
