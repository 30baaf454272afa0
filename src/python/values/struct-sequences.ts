/** How are the tuples with named fields written that C code makes: `os.stat_result(st_mode=…)`? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, readCString } from '../../memory/reader.js';
import { readItems } from './containers.js';
import type { Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

/** Longest name of a field. */
const NAME_LIMIT = 256;

const fields = new WeakMap<KnownType, readonly (string | undefined)[]>();

export const spellStructSequence: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const length = repr.length(address);
  const names = fieldsOf(type, repr);
  return repr.container(object, depth, [`${type.tp_name}(`, ')'], '(...)', (inner) => {
    const count = Math.min(length, repr.limits.maxItems);
    const values = repr.pointers(offsetBy(address, repr.layout.PyTupleObject.ob_item), count);
    const shown = values.map((value, i) => {
      const name = names[i];
      return name === undefined ? repr.show(value, inner) : `${name}=${repr.showNamed(name, value, inner)}`;
    });
    return repr.list(shown, length);
  });
};

/** Names in order. The interpreter's own types keep their dicts elsewhere from 3.12 on. */
function fieldsOf(type: KnownType, repr: Repr): readonly (string | undefined)[] {
  let names = fields.get(type);
  if (!names) {
    names = type.tp_dict === 0 ? readMembers(type, repr) : readFields(type, repr);
    fields.set(type, names);
  }
  return names;
}

function readFields(type: KnownType, repr: Repr): string[] {
  const { items } = readItems({ address: toAddress(type.tp_dict) }, repr, 1000);
  if (items.length === 0) throw new CorruptData(`${type.name} has no fields`);
  const members = items.filter(({ value }) => repr.at(value).type.tp_name === 'member_descriptor');
  return members.map(({ key }) => repr.name(key));
}

/** sizeof(PyMemberDef); more of them than any such type has. */
const MEMBER_BYTES = 40;
const MEMBERS_LIMIT = 1000;
/** `tp_members` and `tp_getset` stand before `tp_base` in all versions. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/object.h (_typeobject) */
const MEMBERS_BEFORE_BASE = 16;

/** The same from `tp_members`, each at the place of its value. */
function readMembers(type: KnownType, repr: Repr): (string | undefined)[] {
  const { PyTypeObject, PyTupleObject, objects } = repr.layout;
  const { name, offset } = objects.parts.PyMemberDef;
  const names: (string | undefined)[] = [];
  let at = repr.pointer(type.address, PyTypeObject.tp_base - MEMBERS_BEFORE_BASE);
  for (let n = 0; at !== 0 && n < MEMBERS_LIMIT; n++, at += MEMBER_BYTES) {
    const def = toAddress(at);
    const text = repr.pointer(def, name);
    if (text === 0) break;
    const place = (repr.size(def, offset) - PyTupleObject.ob_item) / 8;
    if (place >= 0 && place < MEMBERS_LIMIT) names[place] = readCString(repr.memory, toAddress(text), NAME_LIMIT);
  }
  return names;
}
