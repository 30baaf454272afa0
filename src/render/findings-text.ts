/** What is wrong, before all threads: each finding with its edges beneath. */
import type { Finding, FindingCode } from '../snapshot.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';

/** Each in a word or two. */
export const TITLES: Readonly<Record<FindingCode, string>> = {
  deadlock: 'Deadlock',
  'self-deadlock': 'Deadlock with itself',
  'import-deadlock': 'Import deadlock',
  'possible-deadlock': 'Possible deadlock',
  'orphaned-lock': 'Orphaned lock',
  'gil-held': 'GIL held',
  'stop-held': 'Nobody may go on',
  'pool-starved': 'Pool without a free worker',
  'queue-starved': 'Nobody fills a queue',
  'zombie-child': 'Child not reaped',
  'loop-blocked': 'Event loop blocked',
  'task-pile-up': 'Tasks pile up',
  'not-one-instant': 'Not of one instant',
};

/** Edges of one finding that are told. */
const MOST_EDGES = 20;

/** Ends in a blank line; '' where there is nothing. */
export function findingsText({ findings }: { readonly findings: readonly Finding[] }, palette: Palette): string {
  if (findings.length === 0) return '';
  return `${findings.flatMap((finding) => linesOf(finding, palette)).join('\n')}\n\n`;
}

function linesOf({ code, certain, message, edges }: Finding, palette: Palette): string[] {
  const paint = certain ? palette.alarm : palette.note;
  const told = edges.slice(0, MOST_EDGES).map(({ text }) => `  ${harmless(text)}`);
  const more = edges.length > MOST_EDGES ? [`  … and ${edges.length - MOST_EDGES} more`] : [];
  return [`${paint(TITLES[code])}: ${harmless(message)}`, ...told, ...more];
}
