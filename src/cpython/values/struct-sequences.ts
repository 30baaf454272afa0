/** How are the tuples with named fields written that C code makes: `os.stat_result(st_mode=…)`? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { readItems } from './containers.js';
import type { Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

const fields = new WeakMap<KnownType, readonly string[]>();

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

/** Names in order; empty where the type keeps its dict elsewhere (the interpreter's own, from 3.12 on). */
function fieldsOf(type: KnownType, repr: Repr): readonly string[] {
  let names = fields.get(type);
  if (!names) {
    names = type.tp_dict === 0 ? [] : readFields(type, repr);
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
