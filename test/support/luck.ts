/**
 * Which tests may be tried again when they fail? Those of tried-again.json, for the reason and until the day it names;
 * no others: a test that needs luck is a fault of the test or of the program. runner.ts asks this.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One test that may be tried again. */
export interface Lucky {
  /** Path of its file and its name, with those of the groups it is in: `test/live/a.test.ts > group > name`. */
  readonly test: string;
  /** The day it was put here (ISO 8601). */
  readonly since: string;
  /** What it depends on that nobody has been able to arrange. */
  readonly why: string;
  /** The day by which somebody is to have another look. */
  readonly lookAgain: string;
}

/** Tries after the first. */
const MORE_TRIES = 2;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The list. */
export function luckyTests(): Lucky[] {
  return JSON.parse(readFileSync(new URL('tried-again.json', import.meta.url), 'utf8'));
}

const lucky = new Set(luckyTests().map(({ test }) => test));

/** How often this test may be tried after it failed. `name` has those of the groups it is in. */
export function moreTriesOf(file: string, name: string): number {
  return lucky.has(`${relative(ROOT, file)} > ${name}`) ? MORE_TRIES : 0;
}
