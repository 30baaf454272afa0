/** Is every instruction where CPython says it is? And does no table, however damaged, break the decoder? */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { layoutFor } from '../../src/python/layouts/index.js';
import { decodePosition } from '../../src/python/positions.js';
import { findInterpreters } from '../support/interpreters.js';

/** One stdlib module in so many; some 100,000 instructions. */
const EVERY = 8;

type Place = [number | null, number | null, number | null, number | null];
type Case = [firstLine: number, table: string, places: (number | Place)[]];

describe('against CPython', () => {
  it.each(findInterpreters().map((interpreter) => ({ label: interpreter.label, interpreter })))(
    '$label: all instructions of many modules',
    ({ interpreter }) => {
      const { major, minor, patch } = interpreter.version;
      const positions = layoutFor(major, minor, patch)?.PyCodeObject.positions;
      if (!positions) throw new Error(`no row for ${interpreter.label}`);
      let instructions = 0;
      const wrong: unknown[] = [];
      for (const [firstLine, table, places] of casesOf(interpreter.executable)) {
        const code = { firstLine, lineTable: Buffer.from(table, 'hex') };
        places.forEach((said, unit) => {
          instructions++;
          const ours = decodePosition(positions, code, unit * 2);
          const expected = expectedPlace(said, firstLine);
          const got = [ours.line, ours.endLine, ours.column, ours.endColumn];
          if (got.some((value, i) => value !== expected[i])) wrong.push({ firstLine, table, unit, got, expected });
        });
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(instructions).toBeGreaterThan(20_000);
    },
  );
});

function casesOf(executable: string): Case[] {
  const script = fileURLToPath(new URL('positions.py', import.meta.url));
  const ran = spawnSync(executable, ['-E', '-W', 'ignore', script, String(EVERY)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case);
}

/** What Python says, in our words: no line 0 (it stands for none; the `def` line or the module's first is shown). */
function expectedPlace(said: number | Place, firstLine: number): Place {
  if (typeof said === 'number') return said === -1 ? [null, null, null, null] : [said, null, null, null];
  return said[0] === 0 ? [firstLine, null, null, null] : said;
}

describe('calls that have not started', () => {
  it.each(['lnotab', 'linetable', 'locations'] as const)('%s: the def line', (encoding) => {
    const code = { firstLine: 7, lineTable: Uint8Array.of(2, 1, 2, 1) };
    expect(decodePosition(encoding, code, -1)).toEqual({ line: 7, endLine: null, column: null, endColumn: null });
  });
});

describe('damaged tables', () => {
  const tables = Array.from({ length: 300 }, (_, seed) => randomBytes(seed));

  it.each(['lnotab', 'linetable', 'locations'] as const)('%s: an answer, whatever the bytes', (encoding) => {
    for (const lineTable of tables) {
      for (const lasti of [0, 2, 100, 2 ** 31]) {
        const { line, column } = decodePosition(encoding, { firstLine: 1, lineTable }, lasti);
        expect(line === null || (Number.isInteger(line) && line > 0)).toBe(true);
        expect(column === null || Number.isInteger(column)).toBe(true);
      }
    }
  });

  it('an entry cut off in the middle', () => {
    for (const first of [0x80, 0xd0, 0xe8, 0xf0]) {
      const position = decodePosition('locations', { firstLine: 3, lineTable: Uint8Array.of(first) }, 0);
      expect(position.line).not.toBe(0);
    }
  });
});

/** Repeatable noise. */
function randomBytes(seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: seed % 60 }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 16) & 255;
  });
}
