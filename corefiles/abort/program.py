"""Another thread than the main one calls abort(), inside a comprehension inside a method. Python 3 only: a name that is not ASCII."""
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
