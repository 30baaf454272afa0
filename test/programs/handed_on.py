"""The same objects from call to call: a large one is met again in the same thread, and in another one."""
import threading

import oracle

CONFIG = dict(('option_%d' % i, 'the value of option %d' % i) for i in range(8))


class Job(object):
    def __init__(self, config):
        self.first = config['option_1']
        self.second = config['option_2']
        self.third = config['option_3']
        self.small = 1


def handle(settings, size, job, again):
    alias = settings
    oracle.announce()
    stop.wait()


def dispatch(config, size):
    job = Job(config)
    handle(config, size, job, list(config))


def other(config):
    ready.set()
    stop.wait()


stop = threading.Event()
ready = threading.Event()
helper = threading.Thread(target=other, args=(CONFIG,))
helper.daemon = True
helper.start()
ready.wait()
dispatch(CONFIG, 'small')
