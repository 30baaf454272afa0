/** Who is in a group? Exactly, in as few rows as that takes; or, where everybody is called differently, what can be said. */
import { type Member, processSetOf } from './members.js';
import type { Who } from './model.js';
import { namesText, templateOf } from './ranges.js';

/** More rows than this tell nobody anything. */
const MOST_ROWS = 4;
/** Different names told of one row. */
const MOST_NAMES = 6;

/** @param names of each process the names of its threads here */
export function whoOf(names: ReadonlyMap<Member, readonly string[]>): Who[] {
  const rows = rowsBy(names, ([member, its]) => `${member.role}\0${[...its].sort().join('\0')}`);
  if (rows.length <= MOST_ROWS) return rows.map((row) => whoRow(row, true));
  const like = rowsBy(names, ([member, its]) => `${member.role}\0${its.map(templateOf).sort().join('\0')}`);
  if (like.length <= MOST_ROWS) return like.map((row) => whoRow(row, false));
  const byRole = rowsBy(names, ([{ role }]) => role);
  return byRole.map((row) => whoRow(row, false));
}

type Entry = readonly [Member, readonly string[]];

/** The larger first; then in the order of the processes. */
function rowsBy(names: ReadonlyMap<Member, readonly string[]>, keyOf: (entry: Entry) => string): Entry[][] {
  const rows = new Map<string, Entry[]>();
  for (const entry of names) {
    const key = keyOf(entry);
    const row = rows.get(key);
    if (row) row.push(entry);
    else rows.set(key, [entry]);
  }
  return [...rows.values()].sort((a, b) => b.length - a.length);
}

function whoRow(row: readonly Entry[], exact: boolean): Who {
  const names = exact ? (row[0]?.[1] ?? []) : row.flatMap(([, its]) => its.map(templateOf));
  return {
    threads: row.reduce((sum, [, its]) => sum + its.length, 0),
    names: namesText(names, MOST_NAMES),
    exact,
    of: processSetOf(row.map(([member]) => member)),
  };
}
