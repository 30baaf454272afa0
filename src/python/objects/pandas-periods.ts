/**
 * Which stretch of time is a `Period` of pandas, which stretch of anything an `Interval`?
 * https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/tslibs/period.pyx (_Period, period_format), dtypes.pyx (PeriodDtypeCode)
 */
import { offsetBy } from '../../memory/address.js';
import { floorDivide } from './calendar.js';
import { decodeMoment, type Unit } from './moments.js';
import { readOpaque } from './opaque.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { Tree } from './tree.js';

const MONTHS = ['DEC', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV'] as const;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

/** By thousands of the code: what they are called since pandas 2.2, and what they are counted in. */
const CLOCK: ReadonlyMap<number, readonly [name: string, base: Unit['base']]> = new Map([
  [3, ['M', 'M']],
  [6, ['D', 'D']],
  [7, ['h', 'h']],
  [8, ['min', 'm']],
  [9, ['s', 's']],
  [10, ['ms', 'ms']],
  [11, ['us', 'us']],
  [12, ['ns', 'ns']],
]);

/** Behind the object header: the number of the period, its type, its offset; in pandas 3 a table of methods comes first. */
const PLACES = [8, 0] as const;
/** `_dtype_code` of PeriodDtypeBase, behind a table of methods. */
const CODE = 8;
/** `_n`. */
const N = 16;

export const readPeriod: ReadKind = (object, reading, depth) => {
  const parts = partsOf(object, reading);
  const text = parts && decodePeriod(parts.ordinal, parts.code);
  if (!parts || !text) return readOpaque(object, reading, depth);
  const count = parts.n === 1n ? '' : parts.n.toString();
  const items = [text.time, `${count}${text.frequency}`].map((each): Tree => ({ kind: 'moment', text: each }));
  return { kind: 'call', name: 'Period', items, length: 2, shown: 'inside', again: '...' };
};

function partsOf({ address }: ObjectInHand, reading: Reading): { ordinal: bigint; code: number; n: bigint } | null {
  const { sizeof } = reading.layout.PyObject;
  const integer = (at: typeof address, offset: number) =>
    reading.memory.read(offsetBy(at, offset), 8).getBigInt64(0, true);
  for (const place of PLACES) {
    const start = offsetBy(address, sizeof + place);
    const dtype = reading.pointer(start, 8);
    if (reading.types.maybeOf(dtype)?.tp_name !== 'pandas._libs.tslibs.dtypes.PeriodDtypeBase') continue;
    const { address: type, type: kind } = reading.at(dtype);
    const code = reading.memory.read(offsetBy(type, sizeof + CODE), 4).getInt32(0, true);
    // How many of them are one: beside the code, before pandas 2.1 the first that an offset has.
    const n = kind.facts.basicsize > sizeof + N ? integer(type, sizeof + N) : integer(reading.link(start, 16), sizeof);
    return { ordinal: integer(start, 0), code, n };
  }
  return null;
}

/** As pandas writes it; null: of a kind that is not known. */
function decodePeriod(ordinal: bigint, code: number): { time: string; frequency: string } | null {
  const kind = Math.floor(code / 1000);
  const within = code % 1000;
  const clock = CLOCK.get(kind);
  if (clock && within === 0) {
    const [frequency, base] = clock;
    const text = decodeMoment(ordinal, { base, num: 1 });
    if (text === null) return null;
    return { time: `${text.replace('T', ' ')}${base === 'h' ? ':00' : ''}`, frequency };
  }
  switch (kind) {
    case 1:
      return ofMonth(within, 'Y', decodeMoment(ordinal, { base: 'Y', num: 1 }));
    case 2: {
      const years = floorDivide(ordinal, 4n);
      return ofMonth(within, 'Q', `${decodeMoment(years, { base: 'Y', num: 1 })}Q${ordinal - 4n * years + 1n}`);
    }
    case 4: {
      const weekday = WEEKDAYS[within];
      const last = ordinal * 7n + BigInt(within) - 4n;
      if (weekday === undefined) return null;
      return { time: `${day(last - 6n)}/${day(last)}`, frequency: `W-${weekday}` };
    }
    case 5: {
      const weeks = floorDivide(ordinal + 3n, 5n);
      return { time: day(weeks * 7n + (ordinal + 3n - 5n * weeks) - 3n), frequency: 'B' };
    }
    default:
      return null;
  }
}

/** Of years that end with a month: December is 0 or 12. */
function ofMonth(within: number, letter: string, time: string | null): { time: string; frequency: string } | null {
  const month = MONTHS[within % 12];
  return month === undefined || within > 12 || time === null ? null : { time, frequency: `${letter}-${month}` };
}

function day(days: bigint): string {
  return decodeMoment(days, { base: 'D', num: 1 }) ?? '';
}

/** `left`, `right` and `closed` follow the header. */
export const readInterval: ReadKind = (object, reading, depth) => {
  const { sizeof } = reading.layout.PyObject;
  const part = (offset: number) => reading.read(reading.pointer(object.address, sizeof + offset), depth);
  const closed = part(16);
  if (closed.kind !== 'str') return readOpaque(object, reading, depth);
  const items: Tree[] = [part(0), part(8), { kind: 'type-name', name: `closed='${closed.text}'` }];
  return { kind: 'call', name: 'Interval', items, length: 3, shown: 'inside', again: '...' };
};
