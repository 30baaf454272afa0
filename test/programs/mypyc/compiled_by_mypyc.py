"""To be compiled by mypyc: its calls are C's alone."""
from typing import Callable, List


class Worker:
    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, items: List[int], call: Callable[[int], int]) -> int:
        total = 0
        for item in items:
            total += self.step(item, call)
        return total

    def step(self, item: int, call: Callable[[int], int]) -> int:
        return call(item) + 1


def outer(worker: Worker, call: Callable[[int], int]) -> int:
    return worker.run([1, 2, 3], call)
