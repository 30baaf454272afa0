"""Waits in code that has no file: lines in linecache (as notebooks and dask put them there), a doctest, an entry that says
nothing, and one that is a file that is gone. Python 2.7 and 3.6 on; the doctest in Python 3 only.
"""
import doctest
import linecache
import sys
import threading
import time

import oracle


def run(file, text, entry):
    linecache.cache[file] = entry
    scope = {'gate': time.sleep}
    exec(compile(text, file, 'exec'), scope)
    threading.Thread(target=scope['wait'], name=file).start()


TEXT = 'def wait():\n    gate(3600)  # %s\n'


def entry_of(text, mtime=None, file=''):
    return len(text), mtime, text.splitlines(True), file


for name in ['<made 1>', '/nowhere/ipykernel_7/1234.py']:
    said = TEXT % name
    run(name, said, entry_of(said, None, name))
# Nobody has read its lines yet: it says only how.
run('<lazy>', TEXT % 'lazy', (lambda: TEXT % 'lazy',))
# Not the lines of what runs, but short of them.
run('<short>', TEXT % 'short', entry_of('def wait():\n', None, '<short>'))
# Read from a file; that is for the file to say.
run('/nowhere/was_a_file.py', TEXT % 'file', entry_of(TEXT % 'file', 1.0, '/nowhere/was_a_file.py'))
# Nothing that lines are made of.
run('<hostile>', TEXT % 'hostile', (1, None, [None, 7, object()], '<hostile>'))
run('<long>', TEXT % 'long', entry_of('def wait():\n    gate(3600)' + ' ' * 100000 + '\n', None, '<long>'))


def examine():
    """
    >>> import time
    >>> for hour in range(1):
    ...     time.sleep(3600)
    """


def run_doctest():
    test = doctest.DocTestFinder().find(examine, 'examine', globs={})[0]
    doctest.DocTestRunner(verbose=False).run(test)


if sys.version_info[0] > 2:
    # doctest puts a writer of its own in the place of sys.stdout; the oracle does not print through that.
    threading.Thread(target=run_doctest, name='doctest').start()
oracle.announce()
time.sleep(3600)
