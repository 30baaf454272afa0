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
  }
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
