"""A process that starts a tree below it and waits: two Pythons through a shell each, one of which starts another."""
import os
import subprocess
import sys
import time

import oracle

LEAF = 'import time; time.sleep(3600)'
DEEP = 'import subprocess, sys, time; subprocess.Popen([sys.executable, "-c", %r]); time.sleep(3600)' % LEAF


def children():
    # A shell between them, which is no Python: it must not end the search. The `;` keeps it from becoming the program.
    for code in (LEAF, DEEP):
        subprocess.Popen(['sh', '-c', '"$0" -c "$1"; exit', sys.executable, code])


oracle.die_eventually()
children()
oracle.announce()
time.sleep(3600)
