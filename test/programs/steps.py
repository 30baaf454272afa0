"""A job of many small steps, each computing and then resting. Once the file named by the first argument is there it waits
for a lock that it has itself: it hangs. Ends by itself once the file named by the second is there."""
import os
import sys
import threading
import time

HANG, END = sys.argv[1:3]
lock = threading.Lock()


def compute(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


def step(n):
    compute(200000 + n)
    time.sleep(0.005)
    compute(100000 + n)


def hang():
    lock.acquire()
    lock.acquire()


def main():
    print('ready {"moves": true}')
    sys.stdout.flush()
    n = 0
    while not os.path.exists(END):
        if os.path.exists(HANG):
            hang()
        step(n % 7)
        n += 1


main()
