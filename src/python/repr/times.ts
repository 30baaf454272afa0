/** How are dates, times and spans of time written? */
import type { ClockTime, TimeTree, Tree } from '../objects/tree.js';
import type { Printer } from './printer.js';

export function printTime(tree: TimeTree, printer: Printer): string {
  switch (tree.kind) {
    case 'date':
      return `${tree.type}(${tree.year}, ${tree.month}, ${tree.day})`;
    case 'datetime': {
      const parts = [tree.year, tree.month, tree.day, ...clockParts(tree.time)];
      return `${tree.type}(${parts.join(', ')}${folded(tree.fold)}${zone(tree.tzinfo, printer)})`;
    }
    case 'time':
      // Times name `fold` last.
      return `${tree.type}(${clockParts(tree.time).join(', ')}${zone(tree.tzinfo, printer)}${folded(tree.fold)})`;
    case 'timedelta':
      return printTimeDelta(tree, printer);
    case 'timezone': {
      const { type, offset, name } = tree;
      // `timezone(timedelta(0))` gives the one UTC there is.
      if (name === null && isZero(offset)) return 'datetime.timezone.utc';
      return `${type}(${printer.print(offset)}${name === null ? '' : `, ${printer.print(name)}`})`;
    }
    case 'zoneinfo':
      if (tree.key !== null) return `${tree.name}(key=${printer.print(tree.key)})`;
      return `${tree.name}.from_file(${tree.file})`;
    case 'timestamp':
      return printTimestamp(tree, printer);
    case 'moment':
      return `'${tree.text}'`;
    case 'long-timedelta':
      return `${tree.name}('${spanText(tree.nanoseconds)}')`;
  }
}

/** https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/tslibs/timestamps.pyx (_Timestamp.__repr__) */
function printTimestamp(tree: TimeTree & { kind: 'timestamp' }, printer: Printer): string {
  const { year, month, day, time, nanosecond, zone: where } = tree;
  const date = `${year}-${two(month)}-${two(day)}`;
  const fraction = time.microsecond * 1000 + nanosecond;
  const clock = `${two(time.hour)}:${two(time.minute)}:${two(time.second)}${fractionText(fraction)}`;
  if (where === null) return `${tree.name}('${date} ${clock}')`;
  const name = typeof where.name === 'string' ? `'${where.name}'` : printer.print(where.name);
  return `${tree.name}('${date} ${clock}${offsetText(where.offset)}', tz=${name})`;
}

function two(number: number | bigint): string {
  return number.toString().padStart(2, '0');
}

/** Of nanoseconds: micro- or nanoseconds, if there are any. */
function fractionText(nanoseconds: number): string {
  if (nanoseconds === 0) return '';
  const digits = nanoseconds.toString().padStart(9, '0');
  return `.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

/** As `strftime('%z')`. */
function offsetText(seconds: bigint): string {
  const size = seconds < 0n ? -seconds : seconds;
  const parts = [size / 3600n, (size / 60n) % 60n, ...(size % 60n === 0n ? [] : [size % 60n])];
  return `${seconds < 0n ? '-' : '+'}${parts.map(two).join('')}`;
}

const DAY_NS = 86_400_000_000_000n;

/** https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/tslibs/timedeltas.pyx (_Timedelta._repr_base) */
function spanText(nanoseconds: bigint): string {
  const within = ((nanoseconds % DAY_NS) + DAY_NS) % DAY_NS;
  const days = (nanoseconds - within) / DAY_NS;
  const seconds = within / 1_000_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  return `${days} days ${days < 0n ? '+' : ''}${clock}${fractionText(Number(within % 1_000_000_000n))}`;
}

/** Hour and minute always, second and microsecond if there is something to tell. */
function clockParts({ hour, minute, second, microsecond }: ClockTime): number[] {
  if (microsecond !== 0) return [hour, minute, second, microsecond];
  return second === 0 ? [hour, minute] : [hour, minute, second];
}

function folded(fold: boolean): string {
  return fold ? ', fold=1' : '';
}

function zone(tzinfo: Tree | null, printer: Printer): string {
  return tzinfo === null ? '' : `, tzinfo=${printer.print(tzinfo)}`;
}

function isZero(tree: Tree): boolean {
  if (tree.kind !== 'timedelta' || tree.type !== 'datetime.timedelta') return false;
  return tree.days === 0 && tree.seconds === 0 && tree.microseconds === 0;
}

function printTimeDelta(
  { type, days, seconds, microseconds }: TimeTree & { kind: 'timedelta' },
  printer: Printer,
): string {
  switch (printer.spelling.timedelta) {
    case 'keywords': {
      const given = Object.entries({ days, seconds, microseconds }).filter(([, value]) => value !== 0);
      return `${type}(${given.length === 0 ? '0' : given.map(([name, value]) => `${name}=${value}`).join(', ')})`;
    }
    case 'positions': {
      // Days always, the rest up to the last that is not 0.
      const last = microseconds !== 0 ? 3 : seconds !== 0 ? 2 : 1;
      return `${type}(${[days, seconds, microseconds].slice(0, last).join(', ')})`;
    }
  }
}
