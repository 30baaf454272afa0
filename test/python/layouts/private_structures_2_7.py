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
python2 = layout["python2"]
parts = objects["parts"]


def members(struct, instance, **expected):
    for name, value in expected.items():
        same("%s.%s" % (struct, name), word(id(instance) + objects[struct][name]), id(value))


fields, numbers = python2["rangeobject"], xrange(5, 100, 7)
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
        block, index = word(block + parts["BLOCK"]["rightlink"]), 0

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

    def method(self):
        pass


instance = Classic()
same("in_class", word(id(instance) + python2["PyInstanceObject"]["in_class"]), id(Classic))
same("in_dict", word(id(instance) + python2["PyInstanceObject"]["in_dict"]), id(vars(instance)))
same("cl_name", word(id(Classic) + python2["PyClassObject"]["cl_name"]), id(Classic.__name__))

table = dict((str(n), object()) for n in range(50))
fields, entry = layout["dict"], layout["dict"]["PyDictKeyEntry"]
seen, at = {}, word(id(table) + fields["ma_table"])
for _ in range(word(id(table) + fields["ma_mask"]) + 1):
    if word(at + entry["me_value"]):
        seen[word(at + entry["me_key"])] = word(at + entry["me_value"])
    at += entry["sizeof"]
same("PyDictEntry", seen, dict((id(key), id(value)) for key, value in table.items()))

string, number = "some bytes", int("123456789")
same("ob_sval", ctypes.string_at(id(string) + layout["PyBytesObject"]["ob_sval"]), string)
same("ob_ival", word(id(number) + python2["PyIntObject"]["ob_ival"]), number)
large = 2 ** 70 + 5
digits = (ctypes.c_uint32 * 3).from_address(id(large) + layout["PyLongObject"]["ob_digit"])
same("ob_digit", sum(digit << 30 * i for i, digit in enumerate(digits)), large)
text, fields = u"some \u20ac text", python2["PyUnicodeObject"]
same("unicode.length", word(id(text) + fields["length"]), len(text))
unit = ctypes.c_uint16 if sys.maxunicode == 0xFFFF else ctypes.c_uint32
units = (unit * len(text)).from_address(word(id(text) + fields["str"]))
same("unicode.str", u"".join(map(unichr, units)), text)
opened = open("/dev/null", "rb")
fields = python2["PyFileObject"]
same("f_name", word(id(opened) + fields["f_name"]), id(opened.name))
same("f_mode", word(id(opened) + fields["f_mode"]), id(opened.mode))
same("f_fp", word(id(opened) + fields["f_fp"]) != 0, True)
opened.close()
same("f_fp of a closed file", word(id(opened) + fields["f_fp"]), 0)
method = instance.method
same("im_class", word(id(method) + python2["PyMethodObject"]["im_class"]), id(Classic))
buffer = bytearray(b"some bytes")
same("ob_bytes", ctypes.string_at(word(id(buffer) + python2["PyByteArrayObject"]["ob_bytes"])), b"some bytes")
print("verified")
