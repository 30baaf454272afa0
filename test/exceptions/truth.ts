/** What does Python itself write of an exception, and what of that can be compared with what was read from outside? */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpreter } from '../support/interpreters.js';

export interface Truth {
  /** As `traceback.format_exception` has it. */
  readonly text: string;
  /** Line, column, end column of each entry of the traceback; empty before 3.11. */
  readonly positions: readonly (readonly [number | null, number | null, number | null])[];
}

/** A program of the corpus. */
export interface Situation {
  readonly name: string;
  readonly source: string;
  /** Whether what it says is not known without running code of its own. */
  readonly untold: boolean;
}

const CORPUS = readFileSync(new URL('corpus.txt', import.meta.url), 'utf8');

/** Those that run on this Python: `3` and `3.11` ask for that and later, `2` for Python 2. */
export function corpusFor({ version: { major, minor } }: Interpreter): Situation[] {
  return CORPUS.split(/^#: /m)
    .slice(1)
    .flatMap((piece) => {
      const [head = '', ...lines] = piece.split('\n');
      const [name = '', ...marks] = head.split(' ');
      const from = marks.find((mark) => /^\d/.test(mark));
      const [wantedMajor = 0, wantedMinor = 0] = (from ?? '0').split('.').map(Number);
      const runs = from === '2' ? major === 2 : wantedMajor === 0 || (major >= wantedMajor && minor >= wantedMinor);
      return runs ? [{ name, source: lines.join('\n'), untold: marks.includes('untold') }] : [];
    });
}

export function writeCorpus(folder: string, situations: readonly Situation[]): void {
  for (const { name, source } of situations) writeFileSync(join(folder, `${name}.py`), source);
}

export function readTruth(folder: string): ReadonlyMap<string, Truth> {
  const told: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  return new Map(Object.entries(told as Record<string, Truth>));
}

/**
 * The lines of a text that can be compared: without the marks under source lines (columns are compared as numbers), without
 * what Python guesses was meant; what Python 2 repeats, told once.
 */
export function comparable(text: string): string[] {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => !/^[ |]*[~^]+[~^ ]*$/.test(line))
    // Up to 3.7, of an error that is in no line.
    .filter((line) => line !== '  File "<string>", line None')
    .map((line) => line.replace(/\.? Did you (mean|forget).*$/, '').trimEnd());
  return folded(lines);
}

function folded(lines: readonly string[]): string[] {
  const short: string[] = [];
  let count = 0;
  for (let i = 0; i < lines.length; i++) {
    const [head = '', source = ''] = [lines[i], lines[i + 1]];
    const isEntry = head.startsWith('  File ') && source.startsWith('    ');
    count = isEntry && i >= 2 && lines[i - 2] === head && lines[i - 1] === source ? count + 1 : 0;
    if (!isEntry) short.push(head);
    else {
      if (count < 3) short.push(head, source);
      else if (lines[i + 2] !== head)
        short.push(`  [Previous line repeated ${count - 2} more time${count > 3 ? 's' : ''}]`);
      i++;
    }
  }
  return short;
}
