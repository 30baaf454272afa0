"""Three threads that compute without end, beside one that sleeps: whoever looks at one after the other may catch each while it
waits for its turn.
"""
import threading
import time

import oracle


def spin():
    turns = 0
    while True:
        turns += 1


for number in range(3):
    thread = threading.Thread(target=spin, name='spin-%d' % number)
    thread.daemon = True
    thread.start()
oracle.die_eventually()
oracle.say_ready({'moves': True})
time.sleep(3600)
