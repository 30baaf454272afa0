"""Python calls a module that mypyc compiled, which calls Python."""
import threading

import compiled_by_mypyc

import oracle


def back(item):
    local = 'in Python again'
    oracle.announce()
    threading.Event().wait()
    return item


def start():
    worker = compiled_by_mypyc.Worker('first')
    assert type(compiled_by_mypyc.outer).__name__ == 'builtin_function_or_method', 'it is not compiled'
    compiled_by_mypyc.outer(worker, back)


start()
