"""Functions, a method and a generator that CinderX compiled: their frames keep no variables."""
import threading

import cinderx.jit as jit

import oracle


def leaf(n, config):
    local = n + 1
    oracle.announce()
    threading.Event().wait()
    return local


class Thing:
    def method(self, a, *args, **more):
        return leaf(a, more)


def generate(thing):
    sent = yield 1
    yield thing.method(2, 3, z=sent)


def interpreted(thing):
    for each in generate(thing):
        last = each


for function in (leaf, Thing.method, generate):
    assert jit.force_compile(function)
interpreted(Thing())
