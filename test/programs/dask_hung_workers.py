"""A Dask cluster on this machine whose workers all hang in a task: all but one where they wait for each other."""
import json
import sys
import time

from distributed import Client, LocalCluster

WORKERS, ODD = 4, 2


def all_reduce():
    time.sleep(3600)


def load_shard():
    time.sleep(3600)


def train(rank):
    if rank == ODD:
        load_shard()
    else:
        all_reduce()


if __name__ == '__main__':
    threads = int(sys.argv[1])
    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=threads, processes=True, dashboard_address=None)
    client = Client(cluster)
    workers = sorted(client.scheduler_info()['workers'])
    tasks = [client.submit(train, rank, workers=[worker], pure=False) for rank, worker in enumerate(workers)]
    while sum(len(its) for its in client.processing().values()) < WORKERS:
        time.sleep(0.1)
    time.sleep(1)
    print('ready ' + json.dumps({'address': cluster.scheduler_address, 'workers': WORKERS}), flush=True)
    sys.stdin.readline()
    cluster.close(timeout=5)
