/**
 * Blocked threads, unwound without a stop from nothing but stack pointer, pc and stack bytes, against gdb, which stops
 * them and knows every register: the same calls at the same addresses, with the same names.
 */
import { basename } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/memory/address.js';
import { functionName } from '../../src/native-stack/eval-loop.js';
import { NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import type { NativeFrame } from '../../src/snapshot.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';
import { type GdbFrame, gdbStacks, noGdb } from './oracle.js';
import { stackOfBlocked } from './standing.js';

const seen = { threads: 0, needRegisters: 0, frames: 0, lines: 0, sameLines: 0 };

async function compare(interpreter: Interpreter, program: string): Promise<void> {
  await withProgram(interpreter, program, {}, (started) => {
    const target = openLiveProcess(started.pid);
    try {
      const stacks = new NativeStacks(target, { interpreterLibrary: null });
      const ours = new Map(
        target.threads().flatMap(({ tid }) => {
          const blocked = stackOfBlocked(target, stacks, tid);
          return blocked ? [[tid, blocked] as const] : [];
        }),
      );
      const theirs = gdbStacks(started.pid);
      expect(ours.size).toBe(theirs.size);
      for (const [tid, { stack, neededRegisters }] of ours) {
        seen.threads++;
        if (neededRegisters) seen.needRegisters++;
        expect(stack.ending).toEqual({ kind: 'complete', reason: null });
        compareFrames([...stack.frames].reverse(), theirs.get(tid) ?? []);
      }
      expect(stacks.problems()).toEqual([]);
    } finally {
      target.close();
    }
  });
}

/** Innermost first. */
function compareFrames(ours: readonly NativeFrame[], theirs: readonly GdbFrame[]): void {
  // libc has several names for one function, and debuggers' tastes differ.
  const libc = new Set(ours.filter(({ library }) => /\/libc\.so/.test(library ?? '')).map(({ address }) => address));
  const text = (address: string, inlined: boolean, name: string | null) =>
    `${inlined ? '(inlined)' : address} ${libc.has(address) ? '(libc)' : name === null ? '?' : functionName(name)}`;
  expect(
    ours.map(({ address, inlined, symbol, rawSymbol, offset }) => {
      // Named after what was called in its place: debuggers have no name for it.
      const isStandIn = !inlined && offset === null && rawSymbol !== null;
      return text(address, inlined, symbol?.startsWith('<signal') ? symbol : isStandIn ? null : rawSymbol);
    }),
  ).toEqual(theirs.map(({ pc, inlined, name }) => text(formatAddress(pc), inlined, name)));
  ours.forEach(({ file, line }, i) => {
    seen.frames++;
    const source = theirs[i]?.source ?? null;
    if (source === null || file === null) return;
    seen.lines++;
    if (source === `${basename(file)}:${line}`) seen.sameLines++;
  });
}

describe.skipIf(noGdb !== null)('the same frames as gdb', () => {
  for (const interpreter of findInterpreters()) {
    for (const program of ['../native-stack/programs/waits.py', 'callbacks.py']) {
      test(`${basename(program)} on ${interpreter.label}`, () => compare(interpreter, program));
    }
  }

  test('and, but for addresses to which the line table gives several lines, the same lines', () => {
    expect(seen.sameLines).toBeGreaterThanOrEqual(0.97 * seen.lines);
  });

  afterAll(() => {
    console.log(
      `${seen.threads} blocked threads, ${seen.frames} native frames, ${seen.sameLines} of ${seen.lines} lines as gdb ` +
        `says; ${seen.needRegisters} threads needed more than sp and pc`,
    );
  });
});
