/**
 * Blocked threads, unwound without a stop from nothing but stack pointer, pc and stack bytes, against gdb, which stops
 * them and knows every register: the same calls at the same addresses, with the same names.
 */
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/memory/address.js';
import { functionName } from '../../src/native-stack/eval-loop.js';
import { NativeStacks } from '../../src/native-stack/native-stacks.js';
import type { NativeFrame } from '../../src/snapshot.js';
import { openLiveTarget } from '../../src/target/live/live-target.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';
import { type GdbFrame, gdbStacks, noGdb } from './oracle.js';
import { copyStanding } from './standing.js';

const counted = { threads: 0, needRegisters: 0 };

async function compare(interpreter: Interpreter, program: string): Promise<void> {
  await withProgram(interpreter, program, {}, (started) => {
    const target = openLiveTarget(started.pid);
    try {
      const stacks = new NativeStacks(target, { interpreterLibrary: null });
      const ours = new Map(
        target.threads().flatMap(({ tid }) => {
          const copy = copyStanding(target, tid);
          return copy ? [[tid, stacks.stack(copy)] as const] : [];
        }),
      );
      const theirs = gdbStacks(started.pid);
      expect(ours.size).toBe(theirs.size);
      for (const [tid, stack] of ours) {
        counted.threads++;
        if (stack.stop.kind === 'needs-register') counted.needRegisters++;
        expect(stack.ending).toEqual({ kind: 'complete', reason: null });
        const inner = [...stack.frames].reverse();
        // libc has several names for one function, and debuggers' tastes differ.
        const libc = new Set(
          inner.filter(({ library }) => /\/libc\.so/.test(library ?? '')).map(({ address }) => address),
        );
        expect(comparable(inner.map(ofOurs), libc)).toEqual(comparable(theirs.get(tid) ?? [], libc));
      }
      expect(stacks.problems()).toEqual([]);
    } finally {
      target.close();
    }
  });
}

function ofOurs({ address, rawSymbol, symbol, inlined }: NativeFrame): GdbFrame {
  return { pc: Number(address), name: symbol?.startsWith('<signal') ? symbol : rawSymbol, inlined };
}

/** Addresses and names; of the functions in `nameless`, addresses alone. */
function comparable(frames: readonly GdbFrame[], nameless: ReadonlySet<string>): string[] {
  return frames.map(({ pc, name, inlined }) => {
    const address = formatAddress(pc);
    const called = nameless.has(address) ? '(libc)' : name === null ? '?' : functionName(name);
    return `${inlined ? '      (inlined)' : address} ${called}`;
  });
}

describe.skipIf(noGdb !== null)('the same frames as gdb', () => {
  for (const interpreter of findInterpreters()) {
    for (const program of ['../native-stack/programs/waits.py', 'callbacks.py']) {
      test(`${program.replace(/.*\//, '')} on ${interpreter.label}`, () => compare(interpreter, program));
    }
  }
  test('how many threads needed their registers', () => {
    console.log(`${counted.needRegisters} of ${counted.threads} blocked threads needed more than sp and pc`);
  });
});
