/** Which fields do the tuples have that C code makes: `os.stat_result(st_mode=…)`? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, readCString } from '../../memory/reader.js';
import { readItems } from './containers.js';
import type { Reading, ReadKind } from './reading.js';
import type { Field } from './tree.js';
import type { KnownType } from './types.js';

/** Longest name of a field. */
const NAME_LIMIT = 256;

const fields = new WeakMap<KnownType, readonly (string | undefined)[]>();

export const readStructSequence: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const length = reading.length(address);
  const names = fieldsOf(type, reading);
  const [found, shown] = reading.inside<Field[]>(object, depth, [], (inner) => {
    const count = Math.min(length, reading.limits.maxItems);
    const values = reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count);
    return reading.fieldsOf(values, (i) => names[i] ?? null, inner);
  });
  return { kind: 'record', form: 'struct-sequence', name: type.tp_name, fields: found, length, shown };
};

/** Names in order. The interpreter's own types keep their dicts elsewhere from 3.12 on. */
function fieldsOf(type: KnownType, reading: Reading): readonly (string | undefined)[] {
  let names = fields.get(type);
  if (!names) {
    names = type.tp_dict === 0 ? readMembers(type, reading) : readFields(type, reading);
    fields.set(type, names);
  }
  return names;
}

function readFields(type: KnownType, reading: Reading): string[] {
  const { items } = readItems({ address: toAddress(type.tp_dict) }, reading, 1000);
  if (items.length === 0) throw new CorruptData(`${type.name} has no fields`);
  const members = items.filter(({ value }) => reading.at(value).type.tp_name === 'member_descriptor');
  return members.map(({ key }) => reading.name(key));
}

/** sizeof(PyMemberDef); more of them than any such type has. */
const MEMBER_BYTES = 40;
const MEMBERS_LIMIT = 1000;
/** `tp_members` and `tp_getset` stand before `tp_base` in all versions. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/object.h (_typeobject) */
const MEMBERS_BEFORE_BASE = 16;

/** The same from `tp_members`, each at the place of its value. */
function readMembers(type: KnownType, reading: Reading): (string | undefined)[] {
  const { PyTypeObject, PyTupleObject, objects } = reading.layout;
  const { name, offset } = objects.parts.PyMemberDef;
  const names: (string | undefined)[] = [];
  let at = reading.pointer(type.address, PyTypeObject.tp_base - MEMBERS_BEFORE_BASE);
  for (let n = 0; at !== 0 && n < MEMBERS_LIMIT; n++, at += MEMBER_BYTES) {
    const def = toAddress(at);
    const text = reading.pointer(def, name);
    if (text === 0) break;
    const place = (reading.size(def, offset) - PyTupleObject.ob_item) / 8;
    if (place >= 0 && place < MEMBERS_LIMIT) names[place] = readCString(reading.memory, toAddress(text), NAME_LIMIT);
  }
  return names;
}
