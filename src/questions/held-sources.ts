/**
 * What does the program itself say are the lines of code that has no file? Asked for the lines at which its threads stand.
 * It does not know which names are files: an entry that was read from one is passed over.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../memory/address.js';
import type { PositionEncoding } from '../python/layouts/layout.js';
import { decodePosition } from '../python/positions.js';
import { type HeldLine, readHeldLines } from '../python/sources/linecache.js';
import type { ProcessAt, ProcessQuestion } from './question.js';

/** Lines that are asked for. */
const MOST_LINES = 5000;

export const HELD_SOURCES: ProcessQuestion<readonly HeldLine[]> = {
  name: 'the lines of code that has no file',
  of: 'process',
  ask: (python, at) => {
    const wanted = wantedLines(python.layout.PyCodeObject.positions, at);
    return at.runtime.interpreters.flatMap(({ modules }) =>
      modules === null || wanted.size === 0 ? [] : readHeldLines(python, modules, wanted),
    );
  },
  same: isDeepStrictEqual,
};

/** The lines at which threads stand, by the name of the file. Modules frozen into the interpreter have no lines anywhere. */
function wantedLines(encoding: PositionEncoding, { threads }: ProcessAt): Map<string, Set<number>> {
  const wanted = new Map<string, Set<number>>();
  let count = 0;
  // By code object the instructions; of foreign frames, their lines below 0.
  const seen = new Map<Address, Set<number>>();
  for (const { stack } of threads) {
    for (const { ran, code: address, lasti, foreign } of stack?.frames ?? []) {
      const instruction = foreign?.line ? -1 - foreign.line : lasti;
      let instructions = seen.get(address);
      if (instructions?.has(instruction)) continue;
      if (instructions === undefined) {
        instructions = new Set();
        seen.set(address, instructions);
      }
      instructions.add(instruction);
      if (!('code' in ran) || ran.code.file.startsWith('<frozen ') || count === MOST_LINES) continue;
      const line = foreign?.line ?? decodePosition(encoding, ran.code, lasti).line;
      if (line === null) continue;
      const lines = wanted.get(ran.code.file) ?? new Set();
      wanted.set(ran.code.file, lines.add(line));
      count++;
    }
  }
  return wanted;
}
