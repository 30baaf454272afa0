/** Which dates, times and spans of time are these? From their packed bytes. */
import type { Address } from '../../memory/address.js';
import { offsetBy } from '../../memory/address.js';
import { needed } from '../layouts/needed.js';
import type { Reading, ReadKind } from './reading.js';
import type { ClockTime, Tree } from './tree.js';

export const readDate: ReadKind = ({ address, type }, reading) => {
  const { data } = reading.layout.objects.PyDateTime_Date;
  const [high = 0, low = 0, month = 0, day = 0] = bytesAt(reading, address, data, 4);
  return { kind: 'date', type: type.tp_name, year: high * 256 + low, month, day };
};

export const readDateTime: ReadKind = ({ address, type }, reading, depth) => {
  const fields = reading.layout.objects.PyDateTime_DateTime;
  const [high = 0, low = 0, month = 0, day = 0, ...time] = bytesAt(reading, address, fields.data, 10);
  const year = high * 256 + low;
  const zone = readZone(reading, address, fields, depth);
  return { kind: 'datetime', type: type.tp_name, year, month, day, time: clockTime(time), ...zone };
};

export const readTime: ReadKind = ({ address, type }, reading, depth) => {
  const fields = reading.layout.objects.PyDateTime_Time;
  const time = clockTime(bytesAt(reading, address, fields.data, 6));
  return { kind: 'time', type: type.tp_name, time, ...readZone(reading, address, fields, depth) };
};

function clockTime([hour = 0, minute = 0, second = 0, ...micro]: readonly number[]): ClockTime {
  const [high = 0, middle = 0, low = 0] = micro;
  return { hour, minute, second, microsecond: high * 65_536 + middle * 256 + low };
}

function readZone(
  reading: Reading,
  address: Address,
  { hastzinfo, fold, tzinfo }: { readonly hastzinfo: number; readonly fold?: number; readonly tzinfo: number },
  depth: number,
): { fold: boolean; tzinfo: Tree | null } {
  const folded = fold !== undefined && bytesAt(reading, address, fold, 1)[0] !== 0;
  const has = bytesAt(reading, address, hastzinfo, 1)[0] !== 0;
  return { fold: folded, tzinfo: has ? reading.read(reading.pointer(address, tzinfo), depth) : null };
}

export const readTimeDelta: ReadKind = ({ address, type }, reading) => {
  const fields = reading.layout.objects.PyDateTime_Delta;
  const part = (offset: number) => reading.memory.read(offsetBy(address, offset), 4).getInt32(0, true);
  return {
    kind: 'timedelta',
    type: type.tp_name,
    days: part(fields.days),
    seconds: part(fields.seconds),
    microseconds: part(fields.microseconds),
  };
};

export const readTimeZone: ReadKind = ({ address, type }, reading, depth) => {
  const { offset, name } = needed(reading.layout.objects.PyDateTime_TimeZone, 'PyDateTime_TimeZone');
  const label = reading.pointer(address, name);
  return {
    kind: 'timezone',
    type: type.tp_name,
    offset: reading.read(reading.at(reading.pointer(address, offset)).address, depth),
    name: label === 0 ? null : reading.read(label, depth),
  };
};

function bytesAt(reading: Reading, address: Address, offset: number, count: number): number[] {
  const view = reading.memory.read(offsetBy(address, offset), count);
  return Array.from({ length: count }, (_, i) => view.getUint8(i));
}

/**
 * `zoneinfo.ZoneInfo(key='Europe/Berlin')`. After the header: `key`, `file_repr`.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_zoneinfo.c (PyZoneInfo_ZoneInfo, zoneinfo_repr)
 */
export const readZoneInfo: ReadKind = ({ address, type }, reading, depth) => {
  const { sizeof } = reading.layout.PyObject;
  const key = reading.pointer(address, sizeof);
  const name = type.isClass ? type.shortName : type.tp_name;
  if (reading.at(key).type.tp_name !== 'NoneType')
    return { kind: 'zoneinfo', name, key: reading.read(key, depth), file: '' };
  return { kind: 'zoneinfo', name, key: null, file: reading.name(reading.pointer(address, sizeof + 8)) };
};
