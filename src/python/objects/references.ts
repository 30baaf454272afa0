/** Who holds a lock, and what does a weak reference refer to? */
import { offsetBy } from '../../memory/address.js';
import { formOfSize } from '../layouts/forms.js';
import { needed } from '../layouts/needed.js';
import { readAttribute } from './attributes.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';

export const readLock: ReadKind = ({ address, type }, reading) => {
  const forms = needed(reading.python.fields.objects.lockobject, 'lockobject');
  const form = formOfSize(forms, type.facts.basicsize);
  const word = form.kind === 'mutex' ? form.fields.lock : form.fields.locked;
  const held = (reading.python.get(address, word) & 1) === 1;
  return { kind: 'lock', type: type.tp_name, locked: held, address };
};

export const readRLock: ReadKind = ({ address, type }, reading) => {
  const fields = needed(reading.layout.objects.rlockobject, 'rlockobject');
  switch (fields.kind) {
    case 'counted': {
      const count = reading.pointer(address, fields.rlock_count);
      const owner = reading.pointer(address, fields.rlock_owner);
      return { kind: 'rlock', type: type.tp_name, locked: count !== 0, owner, count, address };
    }
    case 'mutex': {
      const locked = (reading.memory.read(offsetBy(address, fields.mutex), 1).getUint8(0) & 1) === 1;
      const count = locked ? reading.pointer(address, fields.level) + 1 : 0;
      const owner = reading.pointer(address, fields.thread);
      return { kind: 'rlock', type: type.tp_name, locked, owner, count, address };
    }
  }
};

export const readWeakref: ReadKind = ({ address }, reading) => {
  const referent = reading.at(reading.pointer(address, reading.layout.objects.PyWeakReference.wr_object));
  if (referent.type.tp_name === 'NoneType') return { kind: 'weakref', proxy: false, address, referent: null };
  const name = nameOf(referent, reading);
  const type = typeName(referent, reading);
  return { kind: 'weakref', proxy: false, address, referent: { type, address: referent.address, name } };
};

export const readWeakProxy: ReadKind = ({ address }, reading) => {
  const referent = reading.at(reading.pointer(address, reading.layout.objects.PyWeakReference.wr_object));
  // Before types were named with their module, that a proxy's object is gone was not told.
  const told = reading.spelling.typeNames === 'with-module';
  if (told && referent.type.tp_name === 'NoneType') return { kind: 'weakref', proxy: true, address, referent: null };
  const type = typeName(referent, reading);
  return { kind: 'weakref', proxy: true, address, referent: { type, address: referent.address, name: null } };
};

/** https://docs.python.org/3.13/c-api/type.html (PyType_GetFullyQualifiedName) */
function typeName({ type }: ObjectInHand, reading: Reading): string {
  if (reading.spelling.typeNames === 'tp_name') return type.tp_name;
  return type.name.replace(/^__main__\./, '');
}

/** `__name__`, where the referent has one that is text. */
function nameOf(referent: ObjectInHand, reading: Reading): string | null {
  const { address, type } = referent;
  if (type.isMeta) return reading.types.at(address).shortName;
  if (type.tp_name === 'function')
    return reading.name(reading.pointer(address, reading.layout.objects.PyFunctionObject.func_name));
  const named = type.isClass || type.tp_name === 'module' ? readAttribute(referent, reading, '__name__') : null;
  return named === null ? null : reading.types.text(named);
}
