/**
 * What is the code called that a process made at run time? What it wrote for perf: `/tmp/perf-<pid>.map`, a line for each
 * function: address and size in hexadecimal, and the name. So do `python -X perf`, V8, numba and others.
 * https://github.com/torvalds/linux/blob/v6.6/tools/perf/Documentation/jit-interface.txt
 */
import type { MadeSymbol } from './made-module.js';

/** Lines looked at; a forged file is not to take all memory. */
const MOST_LINES = 500_000;
const MAX_NAME = 1000;

/** What the lines say, in their order; what makes no sense is left out. */
export function parsePerfMap(text: string): MadeSymbol[] {
  const found: MadeSymbol[] = [];
  const pattern = /^([0-9a-fA-F]{1,16}) ([0-9a-fA-F]{1,8}) (.+)$/gm;
  for (let n = 0; n < MOST_LINES; n++) {
    const match = pattern.exec(text);
    if (!match) break;
    const start = Number.parseInt(match[1] ?? '', 16);
    const size = Number.parseInt(match[2] ?? '', 16);
    if (Number.isSafeInteger(start) && size > 0) found.push({ start, size, name: (match[3] ?? '').slice(0, MAX_NAME) });
  }
  return found;
}
