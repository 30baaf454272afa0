"""One rank of a job whose ranks all wait for each other, but for one that never gets there. No oracle: there are many.

The barrier is real, and made of files in the folder named: who comes leaves a mark, the last to come opens the gate.
"""
import os
import signal
import sys
import threading  # It gives threads their names.


assert threading.current_thread().name == 'MainThread'


def of_launcher(*names):
    return int(next(os.environ[name] for name in names if name in os.environ))


RANK = of_launcher('RANK', 'OMPI_COMM_WORLD_RANK', 'SLURM_PROCID')
SIZE = of_launcher('WORLD_SIZE', 'OMPI_COMM_WORLD_SIZE', 'SLURM_NTASKS')
FOLDER, ODD = sys.argv[1], int(sys.argv[2])


def all_reduce():
    open(os.path.join(FOLDER, 'rank-%d' % RANK), 'w').close()
    gate = os.path.join(FOLDER, 'gate')
    if len([name for name in os.listdir(FOLDER) if name.startswith('rank-')]) == SIZE:
        open(gate, 'w').close()
    else:
        open(gate).read()


def load_shard():
    """The data never comes."""
    open(os.path.join(FOLDER, 'loading'), 'w').close()
    return open(os.path.join(FOLDER, 'shard')).read()


def train():
    if RANK == ODD:
        load_shard()
    all_reduce()


signal.alarm(300)
train()
