/**
 * Which moment or span is an object of pandas? They derive from `datetime`'s, whose fields hold only what fits: their own
 * follow behind a table of methods. Of pandas 2.0 and later; where the sizes are others, the fields are not taken for these.
 * https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/tslibs/timestamps.pxd (_Timestamp), timedeltas.pxd (_Timedelta)
 */
import { offsetBy } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { readAttribute } from './attributes.js';
import { daysTo, floorDivide } from './calendar.js';
import { readDateTime } from './datetimes.js';
import { readInstance } from './instances.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { ClockTime, Tree } from './tree.js';
import { cBaseOf } from './types.js';

/** Behind the object of `datetime`: a pointer, then these. */
const TIMESTAMP = { _value: 8, nanosecond: 16, year: 24, _creso: 32, size: 40 } as const;
const TIMEDELTA = { _value: 8, _creso: 80, size: 88 } as const;

/** NPY_DATETIMEUNIT, in nanoseconds. https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h */
const UNIT_NS: ReadonlyMap<number, bigint> = new Map([
  [7, 1_000_000_000n],
  [8, 1_000_000n],
  [9, 1000n],
  [10, 1n],
]);
const SECOND_NS = 1_000_000_000n;
/** NPY_DATETIME_NAT */
const NOT_A_TIME = -(2n ** 63n);

export const readNotATime: ReadKind = () => ({ kind: 'constant', name: 'NaT' });

export const readTimestamp: ReadKind = (object, reading, depth) => {
  const fields = fieldsOf(object, reading, TIMESTAMP.size);
  const inherited = readDateTime(object, reading, depth);
  if (fields === null || inherited.kind !== 'datetime') return readInstance(object, reading, depth);
  const { value, unit } = readValue(fields, reading, TIMESTAMP);
  const nanosecond = reading.memory.read(offsetBy(fields, TIMESTAMP.nanosecond), 8).getBigInt64(0, true);
  const year = reading.memory.read(offsetBy(fields, TIMESTAMP.year), 8).getBigInt64(0, true);
  if (value === NOT_A_TIME) return { kind: 'constant', name: 'NaT' };
  const { month, day, time, tzinfo } = inherited;
  const local = localSeconds(year, month, day, time);
  const utc = floorDivide(value * unit, SECOND_NS);
  // Beside the moment itself, it is kept as the clock on the wall has it: if these do not fit, the fields are others.
  const offset = local - utc;
  if (nanosecond < 0n || nanosecond > 999n || offset <= -86_400n || offset >= 86_400n || (!tzinfo && offset !== 0n)) {
    throw new CorruptData('a Timestamp whose date is not that of its value');
  }
  const zone = tzinfo && { offset, name: zoneName(object, tzinfo, reading) };
  return {
    kind: 'timestamp',
    name: object.type.shortName,
    year,
    month,
    day,
    time,
    nanosecond: Number(nanosecond),
    zone,
  };
};

export const readLongTimeDelta: ReadKind = (object, reading, depth) => {
  const fields = fieldsOf(object, reading, TIMEDELTA.size);
  if (fields === null) return readInstance(object, reading, depth);
  const { value, unit } = readValue(fields, reading, TIMEDELTA);
  if (value === NOT_A_TIME) return { kind: 'constant', name: 'NaT' };
  return { kind: 'long-timedelta', name: object.type.shortName, nanoseconds: value * unit };
};

/** Where pandas's own fields are; null: there are others than are known. */
function fieldsOf({ address, type }: ObjectInHand, { types }: Reading, size: number): ObjectInHand['address'] | null {
  const own = cBaseOf(type);
  const line = own === null ? [] : types.line(own);
  const inherited = line.find(({ tp_name }) => tp_name.startsWith('datetime.'));
  if (!own || !inherited || own.facts.basicsize !== inherited.facts.basicsize + size) return null;
  return offsetBy(address, inherited.facts.basicsize);
}

function readValue(
  fields: ObjectInHand['address'],
  { memory }: Reading,
  { _value, _creso }: { readonly _value: number; readonly _creso: number },
): { value: bigint; unit: bigint } {
  const unit = UNIT_NS.get(memory.read(offsetBy(fields, _creso), 4).getInt32(0, true));
  if (unit === undefined) throw new CorruptData('a moment in no unit of pandas');
  return { value: memory.read(offsetBy(fields, _value), 8).getBigInt64(0, true), unit };
}

/** Seconds from 1970 to what the clock shows, by the calendar of today. */
function localSeconds(year: bigint, month: number, day: number, { hour, minute, second }: ClockTime): bigint {
  return daysTo({ year, month, day }) * 86_400n + BigInt(hour * 3600 + minute * 60 + second);
}

/** What pandas calls a zone: by its key where it has one. */
function zoneName(object: ObjectInHand, tzinfo: Tree, reading: Reading): string | Tree {
  if (tzinfo.kind === 'zoneinfo' && tzinfo.key?.kind === 'str') return tzinfo.key.text;
  if (tzinfo.kind === 'timezone') return fixedName(tzinfo);
  const { tzinfo: offset } = reading.layout.objects.PyDateTime_DateTime;
  const zone = reading.at(reading.pointer(object.address, offset));
  const named = zone.type.isClass ? readAttribute(zone, reading, 'zone') : null;
  return (named === null ? null : reading.types.text(named)) ?? tzinfo;
}

/** `UTC`, `UTC+02:00`, or what it was called when it was made. */
function fixedName({ offset, name }: Tree & { kind: 'timezone' }): string | Tree {
  if (name?.kind === 'str') return name.text;
  if (offset.kind !== 'timedelta') return offset;
  const seconds = offset.days * 86_400 + offset.seconds;
  if (seconds === 0 && offset.microseconds === 0) return 'UTC';
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, ...(size % 60 === 0 ? [] : [size % 60])];
  return `UTC${seconds < 0 ? '-' : '+'}${parts.map((part) => part.toString().padStart(2, '0')).join(':')}`;
}
