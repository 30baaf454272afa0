/**
 * How deep is the value stack at least, at this instruction? From 3.11 on, a code object's table of exception handlers
 * says of each range of instructions that is inside a `try` or a `with` to which depth the stack is cut back there: what
 * lies below that depth is alive. Pure.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/exception_handling_notes.txt
 */

/** A range of code units, and the depth to which the stack is cut back when something is raised in it. */
export interface HandlerRange {
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  readonly depth: number;
  /** The code unit at which it is dealt with. */
  readonly target: number;
  /** Whether where it was raised is pushed too: so of `with`, and of what ends an `except`; not of `try`. */
  readonly lasti: boolean;
}

/** Ends at the first entry that is cut short. */
export function decodeExceptionTable(table: Uint8Array): HandlerRange[] {
  const ranges: HandlerRange[] = [];
  let at = 0;
  /** Six bits a byte, the highest first; bit 6: there is more. */
  const next = (): number => {
    let value = 0;
    for (let n = 0; n < 6 && at < table.length; n++) {
      const byte = table[at++] ?? 0;
      value = value * 64 + (byte & 63);
      if ((byte & 64) === 0) return value;
    }
    return Number.NaN;
  };
  while (at < table.length) {
    const [start, size, target, depthAndLasti] = [next(), next(), next(), next()];
    if (Number.isNaN(start + size + target + depthAndLasti)) break;
    const depth = Math.floor(depthAndLasti / 2);
    ranges.push({ start, end: start + size, depth, target, lasti: depthAndLasti % 2 === 1 });
  }
  return ranges;
}

/** Slots that are alive while the code unit `at` is executed, as far as the table says. Ranges do not overlap. */
export function provenDepth(ranges: readonly HandlerRange[], at: number): number {
  return covering(ranges, at)?.depth ?? 0;
}

/** Blocks around an instruction that are looked at. */
const MOST_BLOCKS = 100;

/**
 * The code unit of the instruction by which the `with` was entered that cuts the stack back to `depth`; null: there is none
 * around `at`. What deals with an exception of one block lies in the block around it, and so on outward; all that is in one
 * `with` is dealt with at one place, and begins right after it was entered.
 */
export function withEntry(ranges: readonly HandlerRange[], at: number, depth: number): number | null {
  let around = covering(ranges, at);
  for (let n = 0; around && n < MOST_BLOCKS; n++) {
    const { target } = around;
    if (around.lasti && around.depth === depth) {
      const first = ranges.reduce((least, one) => (one.target === target ? Math.min(least, one.start) : least), at);
      return first === 0 ? null : first - 1;
    }
    around = covering(ranges, target);
  }
  return null;
}

function covering(ranges: readonly HandlerRange[], at: number): HandlerRange | undefined {
  return ranges.find(({ start, end }) => at >= start && at < end);
}
