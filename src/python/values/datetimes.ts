/** How are dates, times and spans of time written? From their packed bytes. */
import type { Address } from '../../memory/address.js';
import { offsetBy } from '../../memory/address.js';
import { needed } from '../layouts/needed.js';
import type { Repr, Spell } from './repr.js';

export const spellDate: Spell = ({ address, type }, repr) => {
  const [high = 0, low = 0, month, day] = bytesAt(repr, address, repr.layout.objects.PyDateTime_Date.data, 4);
  return `${type.tp_name}(${high * 256 + low}, ${month}, ${day})`;
};

export const spellDateTime: Spell = ({ address, type }, repr, depth) => {
  const fields = repr.layout.objects.PyDateTime_DateTime;
  const bytes = bytesAt(repr, address, fields.data, 10);
  const [high = 0, low = 0, month = 0, day = 0, ...time] = bytes;
  const parts = [high * 256 + low, month, day, ...timeParts(time)];
  const { folded, zone } = keywords(repr, address, fields, depth);
  return `${type.tp_name}(${parts.join(', ')}${folded}${zone})`;
};

/** Times name `fold` last. */
export const spellTime: Spell = ({ address, type }, repr, depth) => {
  const fields = repr.layout.objects.PyDateTime_Time;
  const parts = timeParts(bytesAt(repr, address, fields.data, 6));
  const { folded, zone } = keywords(repr, address, fields, depth);
  return `${type.tp_name}(${parts.join(', ')}${zone}${folded})`;
};

/** Hour and minute always, second and microsecond if there is something to tell. */
function timeParts([hour = 0, minute = 0, second = 0, ...micro]: readonly number[]): number[] {
  const [high = 0, middle = 0, low = 0] = micro;
  const microsecond = high * 65_536 + middle * 256 + low;
  if (microsecond !== 0) return [hour, minute, second, microsecond];
  return second === 0 ? [hour, minute] : [hour, minute, second];
}

function keywords(
  repr: Repr,
  address: Address,
  { hastzinfo, fold, tzinfo }: { readonly hastzinfo: number; readonly fold?: number; readonly tzinfo: number },
  depth: number,
): { folded: string; zone: string } {
  const folded = fold !== undefined && bytesAt(repr, address, fold, 1)[0] ? ', fold=1' : '';
  if (!bytesAt(repr, address, hastzinfo, 1)[0]) return { folded, zone: '' };
  return { folded, zone: `, tzinfo=${repr.show(repr.pointer(address, tzinfo), depth)}` };
}

export const spellTimeDelta: Spell = ({ address, type }, repr) => {
  const fields = repr.layout.objects.PyDateTime_Delta;
  const parts = (['days', 'seconds', 'microseconds'] as const).map((name) => ({
    name,
    value: repr.memory.read(offsetBy(address, fields[name]), 4).getInt32(0, true),
  }));
  return `${type.tp_name}(${repr.spelling.timedelta === 'keywords' ? byKeyword(parts) : byPosition(parts)})`;
};

interface Part {
  readonly name: string;
  readonly value: number;
}

function byKeyword(parts: readonly Part[]): string {
  const given = parts.filter(({ value }) => value !== 0).map(({ name, value }) => `${name}=${value}`);
  return given.length === 0 ? '0' : given.join(', ');
}

/** Days always, the rest up to the last that is not 0. */
function byPosition(parts: readonly Part[]): string {
  const last = parts.findLastIndex(({ value }) => value !== 0);
  return parts
    .slice(0, Math.max(1, last + 1))
    .map(({ value }) => value)
    .join(', ');
}

export const spellTimeZone: Spell = ({ address, type }, repr, depth) => {
  const { offset, name } = needed(repr.layout.objects.PyDateTime_TimeZone, 'PyDateTime_TimeZone');
  const delta = repr.at(repr.pointer(address, offset));
  const label = repr.pointer(address, name);
  const span = repr.show(delta.address, depth);
  // `timezone(timedelta(0))` gives the one UTC there is.
  if (label === 0 && span === 'datetime.timedelta(0)') return 'datetime.timezone.utc';
  return `${type.tp_name}(${span}${label === 0 ? '' : `, ${repr.show(label, depth)}`})`;
};

function bytesAt(repr: Repr, address: Address, offset: number, count: number): number[] {
  const view = repr.memory.read(offsetBy(address, offset), count);
  return Array.from({ length: count }, (_, i) => view.getUint8(i));
}

/**
 * `zoneinfo.ZoneInfo(key='Europe/Berlin')`. After the header: `key`, `file_repr`.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_zoneinfo.c (PyZoneInfo_ZoneInfo, zoneinfo_repr)
 */
export const spellZoneInfo: Spell = ({ address, type }, repr, depth) => {
  const { sizeof } = repr.layout.PyObject;
  const key = repr.pointer(address, sizeof);
  const name = type.isClass ? type.shortName : type.tp_name;
  if (repr.at(key).type.tp_name !== 'NoneType') return `${name}(key=${repr.show(key, depth)})`;
  return `${name}.from_file(${repr.name(repr.pointer(address, sizeof + 8))})`;
};
