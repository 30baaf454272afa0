"""A thread in uninterruptible sleep: the parent of a vfork stays so while its child lives."""
import ctypes
import os
import sys
import tempfile
import threading
import time

import oracle

SOURCE = """
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
void wait_for_child(void) {
  if (vfork() != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) pause();
}
"""


def wait_for_child(library):
    library.wait_for_child()


folder = tempfile.mkdtemp()
try:
    library = os.path.join(folder, 'vforking.so')
    with open(library + '.c', 'w') as source:
        source.write(SOURCE)
    if os.system('cc -shared -fPIC -o %s %s.c' % (library, library)) != 0:
        sys.exit(77)
    loaded = ctypes.CDLL(library)
finally:
    os.system('rm -r %s' % folder)
threading.Thread(target=wait_for_child, args=(loaded,), name='parent', daemon=True).start()
oracle.announce()
time.sleep(3600)
