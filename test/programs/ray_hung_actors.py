"""A Ray cluster of several raylets on this machine, with actors of which one never comes to where the others wait."""
import json
import sys
import time

import ray
from ray.cluster_utils import Cluster

NODES, ACTORS, ODD = 3, 6, 4

cluster = Cluster(initialize_head=True, head_node_args={'num_cpus': 2, 'include_dashboard': False})
for _ in range(NODES - 1):
    cluster.add_node(num_cpus=2)
ray.init(address=cluster.address, log_to_driver=False, logging_level='ERROR')


@ray.remote(num_cpus=1)
class Rank:
    def __init__(self, rank):
        self.rank = rank

    def all_reduce(self):
        time.sleep(3600)

    def load_shard(self):
        time.sleep(3600)

    def train(self):
        if self.rank == ODD:
            self.load_shard()
        else:
            self.all_reduce()

    def here(self):
        return True


ranks = [Rank.remote(rank) for rank in range(ACTORS)]
ray.get([rank.here.remote() for rank in ranks])
for rank in ranks:
    rank.train.remote()
time.sleep(1)
print('ready ' + json.dumps({'address': cluster.address, 'nodes': NODES, 'actors': ACTORS}), flush=True)
sys.stdin.readline()
ray.shutdown()
cluster.shutdown()
