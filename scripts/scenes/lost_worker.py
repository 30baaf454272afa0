"""A pool of which a worker is killed (as by the kernel when memory is short): what it was doing is never answered."""
import multiprocessing
import os
import signal


def resize(picture):
    if picture == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return picture


if __name__ == '__main__':
    multiprocessing.set_start_method('fork')
    with multiprocessing.Pool(2) as pool:
        print(pool.map(resize, range(4), chunksize=1))
