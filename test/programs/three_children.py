# A process with three children: a fork, another Python, and a sleep.
import json
import os
import subprocess
import sys
import time

forked = os.fork()
if forked == 0:
    time.sleep(1000)
started = subprocess.Popen([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(1000)'], stdout=subprocess.PIPE)
started.stdout.read(1)
subprocess.Popen(['sleep', '1000'])
print('ready ' + json.dumps({'python': sorted([forked, started.pid]), 'threads': None}), flush=True)
time.sleep(1000)
