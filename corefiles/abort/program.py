"""Another thread than the main one calls abort(), inside a comprehension inside a method."""
import os
import threading


class Worker(threading.Thread):
    def run(self):
        self.values = [self.check(value) for value in range(3)]

    @staticmethod
    def check(value):
        if value == 2:
            os.abort()
        return value


worker = Worker(name='wörker')
worker.start()
worker.join()
