"""Are the structures that no header shows where the row says? Looks at its own objects, by the numbers on stdin."""

import _thread
import collections
import ctypes
import datetime
import decimal
import functools
import json
import sys


def pointer(address):
    return ctypes.c_uint64.from_address(address).value


def size(address):
    return ctypes.c_int64.from_address(address).value


def byte(address):
    return ctypes.c_uint8.from_address(address).value


def same(what, seen, expected):
    if seen != expected:
        sys.exit("%s: found %r, expected %r" % (what, seen, expected))


layout = json.load(sys.stdin)
objects = layout["objects"]
parts = objects["parts"]


def members(struct, instance, **expected):
    for name, value in expected.items():
        same("%s.%s" % (struct, name), pointer(id(instance) + objects[struct][name]), id(value))


start, stop, step = int("1000"), int("2000"), int("3000")
members("rangeobject", range(start, stop, step), start=start, stop=stop, step=step)

items = [object() for _ in range(3 * parts["BLOCK"]["BLOCKLEN"])]
deque = collections.deque(items, maxlen=1000)
deque.popleft()
same("dequeobject.maxlen", size(id(deque) + objects["dequeobject"]["maxlen"]), 1000)
block = pointer(id(deque) + objects["dequeobject"]["leftblock"])
index = size(id(deque) + objects["dequeobject"]["leftindex"])
for item in items[1:]:
    same("BLOCK.data", pointer(block + parts["BLOCK"]["data"] + 8 * index), id(item))
    index += 1
    if index == parts["BLOCK"]["BLOCKLEN"]:
        block, index = pointer(block + parts["BLOCK"]["rightlink"]), 0

factory = functools.partial(int, "7", base=8)
members("defdictobject", collections.defaultdict(factory), default_factory=factory)
members("partialobject", factory, fn=int, args=factory.args, kw=factory.keywords)
members("classmethod", staticmethod(factory), cm_callable=factory)
members("classmethod", classmethod(factory), cm_callable=factory)

keys = [object() for _ in range(20)]
ordered = collections.OrderedDict.fromkeys(keys)
ordered.move_to_end(keys[0])
node = pointer(id(ordered) + objects["_odictobject"]["od_first"])
for key in keys[1:] + keys[:1]:
    same("_odictnode.key", pointer(node + parts["_odictnode"]["key"]), id(key))
    node = pointer(node + parts["_odictnode"]["next"])
same("_odictnode.next of the last", node, 0)

delta, name = datetime.timedelta(hours=1), str(b"name", "ascii")
zone = datetime.timezone(delta, name)
members("PyDateTime_TimeZone", zone, offset=delta, name=name)
nameless = datetime.timezone(delta)
same("PyDateTime_TimeZone.name", pointer(id(nameless) + objects["PyDateTime_TimeZone"]["name"]), 0)
moment = datetime.datetime(2021, 2, 3, 4, 5, 6, 0x070809, zone, fold=1)
fields = objects["PyDateTime_DateTime"]
data = [byte(id(moment) + fields["data"] + i) for i in range(10)]
same("PyDateTime_DateTime.data", data, [7, 229, 2, 3, 4, 5, 6, 7, 8, 9])
same("PyDateTime_DateTime.fold", byte(id(moment) + fields["fold"]), 1)
same("PyDateTime_DateTime.hastzinfo", byte(id(moment) + fields["hastzinfo"]), 1)
members("PyDateTime_DateTime", moment, tzinfo=zone)


def words(number):
    fields, at = objects["PyDecObject"], id(number)
    data = pointer(at + fields["dec.data"])
    length = size(at + fields["dec.len"])
    digits = [pointer(data + 8 * i) for i in range(length)]
    return byte(at + fields["dec.flags"]) & 15, size(at + fields["dec.exp"]), size(at + fields["dec.digits"]), digits


same("PyDecObject", words(decimal.Decimal("-12.5")), (1, -1, 3, [125]))
same("PyDecObject", words(decimal.Decimal("Infinity"))[0], 2)
same("PyDecObject", words(decimal.Decimal("NaN"))[0], 4)
same("PyDecObject", words(decimal.Decimal("sNaN"))[0], 8)
long = decimal.Decimal("123" + 98 * "0" + "7")
same("PyDecObject", words(long), (0, 0, 102, [7, 0, 0, 0, 0, 1230000]))

lock, forms = _thread.allocate_lock(), objects["lockobject"]
(form,) = [form for form in forms.values() if form["tp_basicsize"] == type(lock).__basicsize__]
word = form["lock"] if "lock" in form else form["locked"]
same("lockobject.locked", byte(id(lock) + word) & 1, 0)
lock.acquire()
same("lockobject.locked", byte(id(lock) + word) & 1, 1)

rlock, fields = _thread.RLock(), objects["rlockobject"]
rlock.acquire()
rlock.acquire()
if fields["kind"] == "counted":
    same("rlockobject.rlock_count", size(id(rlock) + fields["rlock_count"]), 2)
    same("rlockobject.rlock_owner", pointer(id(rlock) + fields["rlock_owner"]), _thread.get_ident())
else:
    same("rlockobject.mutex", byte(id(rlock) + fields["mutex"]) & 1, 1)
    same("rlockobject.thread", pointer(id(rlock) + fields["thread"]), _thread.get_ident())
    same("rlockobject.level", size(id(rlock) + fields["level"]), 1)

module = type(sys)("module")
same("PyModuleObject.md_dict", pointer(id(module) + objects["PyModuleObject"]["md_dict"]), id(vars(module)))


class Slots(object):
    __slots__ = ("first", "second")


slots = Slots()
slots.second = items
member = pointer(id(Slots.second) + objects["PyMemberDescrObject"]["d_member"])
fields = parts["PyMemberDef"]
same("PyMemberDef.name", ctypes.string_at(pointer(member + fields["name"])), b"second")
same("PyMemberDef.type", ctypes.c_int.from_address(member + fields["type"]).value, fields["T_OBJECT_EX"])
same("PyMemberDef.offset", pointer(id(slots) + size(member + fields["offset"])), id(items))

keys_fields, table = layout["dict"], {str(n): object() for n in range(50)}
dk = pointer(id(table) + layout["PyDictObject"]["ma_keys"])
same("dk_nentries", size(dk + keys_fields["dk_nentries"]), 50)
if keys_fields["keys"] == "sized":
    entries = dk + keys_fields["dk_indices"] + size(dk + keys_fields["dk_size"])
    entry = keys_fields["PyDictKeyEntry"]
else:
    entries = dk + keys_fields["dk_indices"] + (1 << byte(dk + keys_fields["dk_log2_index_bytes"]))
    # https://github.com/python/cpython/blob/v3.13.0/Include/internal/pycore_dict.h (DICT_KEYS_UNICODE)
    same("dk_kind", byte(dk + keys_fields["dk_kind"]), 1)
    entry = keys_fields["PyDictUnicodeEntry"]
for key, value in table.items():
    same("me_key", pointer(entries + entry["me_key"]), id(key))
    same("me_value", pointer(entries + entry["me_value"]), id(value))
    entries += entry["sizeof"]
print("verified")
