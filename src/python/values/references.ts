/** How are locks and weak references written? */
import { formatAddress, offsetBy } from '../../memory/address.js';
import { needed } from '../layouts/needed.js';
import { readAttribute } from './attributes.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';

export const spellLock: Spell = ({ address, type }, repr) => {
  const { locked } = needed(repr.layout.objects.lockobject, 'lockobject');
  const held = repr.memory.read(offsetBy(address, locked), 1).getUint8(0) & 1;
  return `<${held ? 'locked' : 'unlocked'} ${type.tp_name} object at ${formatAddress(address)}>`;
};

export const spellRLock: Spell = ({ address, type }, repr) => {
  const { held, owner, count } = readRLock({ address }, repr);
  const who = `owner=${owner} count=${count}`;
  return `<${held ? 'locked' : 'unlocked'} ${type.tp_name} object ${who} at ${formatAddress(address)}>`;
};

function readRLock(
  { address }: Pick<ObjectInHand, 'address'>,
  repr: Repr,
): { held: boolean; owner: number; count: number } {
  const fields = needed(repr.layout.objects.rlockobject, 'rlockobject');
  switch (fields.kind) {
    case 'counted': {
      const count = repr.pointer(address, fields.rlock_count);
      return { held: count !== 0, owner: repr.pointer(address, fields.rlock_owner), count };
    }
    case 'mutex': {
      const held = (repr.memory.read(offsetBy(address, fields.mutex), 1).getUint8(0) & 1) === 1;
      const count = held ? repr.pointer(address, fields.level) + 1 : 0;
      return { held, owner: repr.pointer(address, fields.thread), count };
    }
  }
}

export const spellWeakref: Spell = ({ address }, repr) => {
  const referent = repr.at(repr.pointer(address, repr.layout.objects.PyWeakReference.wr_object));
  const head = `<weakref at ${formatAddress(address)};`;
  if (referent.type.tp_name === 'NoneType') return `${head} dead>`;
  const name = nameOf(referent, repr);
  const to = `${head} to '${typeName(referent, repr)}' at ${formatAddress(referent.address)}`;
  return name === null ? `${to}>` : `${to} (${name})>`;
};

export const spellWeakProxy: Spell = ({ address }, repr) => {
  const referent = repr.at(repr.pointer(address, repr.layout.objects.PyWeakReference.wr_object));
  const head = `<weakproxy at ${formatAddress(address)}`;
  const where = formatAddress(referent.address);
  switch (repr.spelling.typeNames) {
    case 'tp_name':
      return `${head} to ${referent.type.tp_name} at ${where}>`;
    case 'with-module':
      if (referent.type.tp_name === 'NoneType') return `${head}; dead>`;
      return `${head}; to '${typeName(referent, repr)}' at ${where}>`;
  }
};

/** https://docs.python.org/3.13/c-api/type.html (PyType_GetFullyQualifiedName) */
function typeName({ type }: ObjectInHand, repr: Repr): string {
  if (repr.spelling.typeNames === 'tp_name') return type.tp_name;
  return type.name.replace(/^__main__\./, '');
}

/** `__name__`, where the referent has one that is text. */
function nameOf(referent: ObjectInHand, repr: Repr): string | null {
  const { address, type } = referent;
  if (type.isMeta) return repr.types.at(address).shortName;
  if (type.tp_name === 'function')
    return repr.name(repr.pointer(address, repr.layout.objects.PyFunctionObject.func_name));
  const named = type.isClass || type.tp_name === 'module' ? readAttribute(referent, repr, '__name__') : null;
  return named === null ? null : repr.types.text(named);
}
