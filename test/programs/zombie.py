"""A child that has ended and is not waited for; `ready` tells its process id."""
import os
import time

import oracle

oracle.die_eventually()
child = os.fork()
if child == 0:
    os._exit(0)
while True:
    with open('/proc/%d/stat' % child) as stat:
        if stat.read().rsplit(')', 1)[1].split()[0] == 'Z':
            break
    time.sleep(0.01)
oracle.say_ready({'pid': os.getpid(), 'zombie': child})
time.sleep(3600)
