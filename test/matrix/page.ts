/** How does a run of the matrix look as a page? Pure: from the cells to docs/compatibility.md. */
import { type Cell, DETAILS, WAYS } from './cells.js';
import type { Stranger } from './strangers.js';

export interface Row {
  readonly name: string;
  /** By "<way> <detail>". */
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface Run {
  readonly rows: readonly Row[];
  readonly strangers: readonly Stranger[];
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

const MARKS: Readonly<Record<Cell['state'], string>> = {
  green: '✓',
  refused: 'refused',
  failed: '✗',
  'not run': '–',
};

export function renderPage({ rows, strangers, missing }: Run): string {
  return [
    '# Compatibility',
    '',
    '<!-- Written by `npm run test:matrix`; change what it runs (test/matrix), not this file. -->',
    '',
    'Each cell was run: the same two threads, looked at in each way with the command itself, and compared with what Python',
    `says of itself. The three marks of a cell are ${DETAILS.map((detail) => `\`${detail}\``).join(', ')}: functions and lines of every frame;`,
    'the exact values of variables; and C frames in their places among the Python frames. ✓ as it should be, ✗ not (the',
    'reason is below), – not run; `refused`: said not to be had, by design.',
    '',
    `| Python | ${WAYS.join(' | ')} |`,
    `| --- |${WAYS.map(() => ' --- |').join('')}`,
    ...rows.map(({ name, cells }) => `| ${name} | ${WAYS.map((way) => marksOf(way, cells)).join(' | ')} |`),
    '',
    ...section('Refused as designed, not as it should be, or not run', notesOf(rows)),
    ...section(
      'No CPython',
      strangers.map(({ name, said }) => `- ${name}: ${said === null ? 'not on the machine' : `refused. \`${said}\``}`),
    ),
    ...section(
      'Not covered by this run',
      missing.map(({ name, reason }) => `- ${name}: ${reason}.`),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

function marksOf(way: string, cells: Row['cells']): string {
  return DETAILS.map((detail) => MARKS[cells.get(`${way} ${detail}`)?.state ?? 'not run']).join(' ');
}

/** Each reason once, with all cells that it is the reason of. */
function notesOf(rows: readonly Row[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, cells } of rows) {
    const own = new Map<string, string[]>();
    for (const [cell, outcome] of cells) {
      if (outcome.state !== 'green') own.set(outcome.reason, [...(own.get(outcome.reason) ?? []), cell]);
    }
    for (const [reason, where] of own) {
      byReason.set(reason, [...(byReason.get(reason) ?? []), `  - ${name}: ${where.join(', ')}`]);
    }
  }
  return [...byReason].flatMap(([reason, where]) => [`- ${reason}:`, ...where]);
}
