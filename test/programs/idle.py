"""One thread that sleeps."""
import time

import oracle


def wait():
    time.sleep(3600)


oracle.announce()
wait()
