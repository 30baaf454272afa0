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
  const notes = rows.flatMap(({ name, cells }) => notesOf(name, cells));
  return [
    '# Compatibility',
    '',
    '<!-- Written by `npm run test:matrix`; change what it runs (test/matrix), not this file. -->',
    '',
    'Each cell was run when this page was written: the same two threads, looked at in each way, and compared with what Python',
    `says of itself. The three marks of a cell are ${DETAILS.map((detail) => `\`${detail}\``).join(', ')}: functions and lines of every frame;`,
    'the exact values of variables; and C frames in their places among the Python frames. ✓ as it should be, ✗ not (the',
    'reason is below), – not run.',
    '',
    `| Python | ${WAYS.join(' | ')} |`,
    `| --- |${WAYS.map(() => ' --- |').join('')}`,
    ...rows.map(({ name, cells }) => `| ${name} | ${WAYS.map((way) => marksOf(way, cells)).join(' | ')} |`),
    '',
    ...section('Not as it should be, or not run', notes),
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

/** One line for all cells of a row with the same reason. */
function notesOf(name: string, cells: Row['cells']): string[] {
  const byReason = new Map<string, string[]>();
  for (const [cell, outcome] of cells) {
    if (outcome.state !== 'green') byReason.set(outcome.reason, [...(byReason.get(outcome.reason) ?? []), cell]);
  }
  return [...byReason].map(([reason, where]) => `- ${name}: ${where.join(', ')}: ${reason}`);
}
