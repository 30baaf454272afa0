/**
 * Which moment or span is a `datetime64` or `timedelta64`? A number of units since 1970, or of units. Pure.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h (NPY_DATETIMEUNIT, NPY_DATETIME_NAT)
 */
import { dayAt, floorDivide } from './calendar.js';

/** So many (`num`) of a unit (`base`), as PyArray_DatetimeMetaData has it. */
export interface Unit {
  readonly base: UnitName;
  readonly num: number;
}

/** By their number; 3 is not used any more. */
const NAMES = ['Y', 'M', 'W', undefined, 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as', 'generic'] as const;

type UnitName = Exclude<(typeof NAMES)[number], undefined>;

/** Decimal digits behind the second. */
const DIGITS: Partial<Record<UnitName, number>> = { s: 0, ms: 3, us: 6, ns: 9, ps: 12, fs: 15, as: 18 };

const NOT_A_TIME = -(2n ** 63n);

/** The unit by its number, and how many of them; null: there is no such unit. */
export function decodeUnit(base: number, num: number): Unit | null {
  const name = NAMES[base];
  return name === undefined || num < 1 ? null : { base: name, num };
}

/** `ns`, `25s`; empty: none. */
export function unitName({ base, num }: Unit): string {
  if (base === 'generic') return '';
  return num === 1 ? base : `${num}${base}`;
}

export function isNotATime(value: bigint): boolean {
  return value === NOT_A_TIME;
}

/** As ISO 8601 has it, up to the unit; null: it has no unit. */
export function decodeMoment(value: bigint, { base, num }: Unit): string | null {
  const count = value * BigInt(num);
  switch (base) {
    case 'generic':
      return null;
    case 'Y':
      return yearText(1970n + count);
    case 'M': {
      const years = floorDivide(count, 12n);
      return `${yearText(1970n + years)}-${two(Number(count - years * 12n) + 1)}`;
    }
    case 'W':
      return dayText(count * 7n);
    case 'D':
      return dayText(count);
    case 'h':
      return clockText(count * 3600n).slice(0, -6);
    case 'm':
      return clockText(count * 60n).slice(0, -3);
    default: {
      const digits = DIGITS[base] ?? 0;
      const scale = 10n ** BigInt(digits);
      const seconds = floorDivide(count, scale);
      const fraction = (count - seconds * scale).toString().padStart(digits, '0');
      return digits === 0 ? clockText(seconds) : `${clockText(seconds)}.${fraction}`;
    }
  }
}

function clockText(seconds: bigint): string {
  const days = floorDivide(seconds, 86_400n);
  const second = Number(seconds - days * 86_400n);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':');
  return `${dayText(days)}T${clock}`;
}

function dayText(days: bigint): string {
  const { year, month, day } = dayAt(days);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

function yearText(year: bigint): string {
  return year < 0n ? `-${(-year).toString().padStart(3, '0')}` : year.toString().padStart(4, '0');
}

function two(value: number): string {
  return value.toString().padStart(2, '0');
}
