"""What kinds of code there are besides plain functions, and calls that span lines."""
import contextlib
import functools
import sys
import threading
import time

import oracle


def gate(*_arguments, **_keywords):
    time.sleep(3600)


class Descriptor(object):
    def __get__(self, instance, owner):
        return gate()


class Thing(object):
    descriptor = Descriptor()

    @property
    def value(self):
        return gate()

    @staticmethod
    def static():
        gate()

    @classmethod
    def of_class(cls):
        gate()

    def __getattr__(self, name):
        return gate(name)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        gate()

    def __add__(self, other):
        return gate()

    class Nested(object):
        def __init__(self):
            gate()


def in_lambda():
    (lambda: (lambda x: gate(x))(1))()


def in_list_comprehension():
    return [gate(x) for x in range(1)]


def in_set_comprehension():
    return {gate(x) for x in range(1)}


def in_dict_comprehension():
    return {x: gate(x) for x in range(1)}


def in_generator_expression():
    return sum(gate(x) for x in range(1))


def in_nested_comprehension():
    return [[gate(x, y) for x in range(1)] for y in range(1)]


def in_class_body():
    class Body:
        class Inner:
            attribute = gate()


def in_exec():
    exec('\n\ndef made():\n    gate()\n\nmade()\n', {'gate': gate})


def in_eval():
    eval('(lambda:\n gate())()', {'gate': gate})


def in_default_argument():
    def function(value=gate()):
        pass


def in_decorator():
    @functools.partial(gate)
    def function():
        pass


def in_property():
    Thing().value


def in_descriptor():
    Thing().descriptor


def in_static():
    Thing.static()


def in_class_method():
    Thing.of_class()


def in_getattr():
    Thing().missing


def in_exit():
    with Thing():
        pass


def in_operator():
    Thing() + 1


def in_constructor():
    Thing.Nested()


def in_handler():
    try:
        raise ValueError('expected')
    except ValueError:
        gate()


def in_finally():
    try:
        raise ValueError('expected')
    finally:
        gate()


@contextlib.contextmanager
def managed():
    gate()
    yield


def in_context_manager():
    with managed():
        pass


def in_closure():
    cell = gate

    def closure():
        def deeper():
            cell()

        deeper()

    closure()


def in_long_call():
    gate(
        1,
        [
            2,
            3,
        ],
        keyword=4,
    )


def in_chain():
    return (
        str(1)
        .upper()
        .join([
            gate(),
        ])
    )


# Hundreds of lines lie between here and there, so that line tables need more than one step.
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#
#


def far_down(): gate(); pass


def in_far_function():
    far_down()


def with_a_gap(flag=True):
    if not flag:
        flag = 1

    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    #
    for _ in range(2):
        gate()


if sys.version_info[0] > 2:
    from constructs_wide import in_wide_line

for name, target in sorted(globals().items()):
    if name.startswith('in_') or name == 'with_a_gap':
        threading.Thread(target=target, name=name, daemon=True).start()
oracle.announce()
gate()
