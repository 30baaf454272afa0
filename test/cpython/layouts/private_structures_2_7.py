"""As private_structures.py, of Python 2.7."""

import collections
import ctypes
import functools
import json
import sys


def word(address):
    return ctypes.c_int64.from_address(address).value


def same(what, seen, expected):
    if seen != expected:
        sys.exit("%s: found %r, expected %r" % (what, seen, expected))


layout = json.load(sys.stdin)
objects = layout["objects"]
parts = objects["parts"]


def members(struct, instance, **expected):
    for name, value in expected.items():
        same("%s.%s" % (struct, name), word(id(instance) + objects[struct][name]), id(value))


fields, numbers = objects["rangeobject"], xrange(5, 100, 7)
same("rangeobject", [word(id(numbers) + fields[name]) for name in ("start", "step", "len")], [5, 7, 14])

items = [object() for _ in range(3 * parts["BLOCK"]["BLOCKLEN"])]
deque, fields = collections.deque(items, maxlen=1000), objects["dequeobject"]
deque.popleft()
same("dequeobject.maxlen", word(id(deque) + fields["maxlen"]), 1000)
same("dequeobject.len", word(id(deque) + fields["len"]), len(items) - 1)
block, index = word(id(deque) + fields["leftblock"]), word(id(deque) + fields["leftindex"])
for item in items[1:]:
    same("BLOCK.data", word(block + parts["BLOCK"]["data"] + 8 * index), id(item))
    index += 1
    if index == parts["BLOCK"]["BLOCKLEN"]:
        left, block, index = block, word(block + parts["BLOCK"]["rightlink"]), 0
        same("BLOCK.leftlink", word(block + parts["BLOCK"]["leftlink"]), left)

factory = functools.partial(int, "7", base=8)
members("defdictobject", collections.defaultdict(factory), default_factory=factory)
members("partialobject", factory, fn=int, args=factory.args, kw=factory.keywords)
members("classmethod", staticmethod(factory), cm_callable=factory)
module = type(sys)("module")
members("PyModuleObject", module, md_dict=vars(module))


class Slots(object):
    __slots__ = ("first", "second")


slots = Slots()
slots.second = items
member, fields = word(id(Slots.second) + objects["PyMemberDescrObject"]["d_member"]), parts["PyMemberDef"]
same("PyMemberDef.name", ctypes.string_at(word(member + fields["name"])), b"second")
same("PyMemberDef.type", ctypes.c_int.from_address(member + fields["type"]).value, fields["T_OBJECT_EX"])
same("PyMemberDef.offset", word(id(slots) + word(member + fields["offset"])), id(items))


class Classic:
    def __init__(self):
        self.attribute = items


instance = Classic()
same("in_class", word(id(instance) + layout["PyInstanceObject"]["in_class"]), id(Classic))
same("in_dict", word(id(instance) + layout["PyInstanceObject"]["in_dict"]), id(vars(instance)))
same("cl_name", word(id(Classic) + layout["PyClassObject"]["cl_name"]), id(Classic.__name__))

table = dict((str(n), object()) for n in range(50))
fields, entry = layout["PyDictObject"], layout["PyDictEntry"]
seen, at = {}, word(id(table) + fields["ma_table"])
for _ in range(word(id(table) + fields["ma_mask"]) + 1):
    if word(at + entry["me_value"]):
        seen[word(at + entry["me_key"])] = word(at + entry["me_value"])
    at += entry["sizeof"]
same("PyDictEntry", seen, dict((id(key), id(value)) for key, value in table.items()))

string, number = "some bytes", int("123456789")
same("ob_sval", ctypes.string_at(id(string) + layout["PyStringObject"]["ob_sval"]), string)
same("ob_ival", word(id(number) + layout["PyIntObject"]["ob_ival"]), number)
large = 2 ** 70 + 5
digits = (ctypes.c_uint32 * 3).from_address(id(large) + layout["PyLongObject"]["ob_digit"])
same("ob_digit", sum(digit << 30 * i for i, digit in enumerate(digits)), large)
print("verified")
