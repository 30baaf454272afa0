/**
 * What is shown in the end, against gdb and eu-stack: the same native frames at the same addresses in the same order, but
 * that each run of the evaluation loop gives way to the Python frames that it runs. Live, stopping what runs and
 * `--no-block`, and of cores.
 */
import { basename } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { formatAddress } from '../../src/memory/address.js';
import { functionName } from '../../src/native-stack/eval-loop.js';
import type { Frame, Snapshot, Thread } from '../../src/snapshot.js';
import { noKernelCores, withKernelCore } from '../support/cores.js';
import { anyInterpreter, findInterpreters } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { euCoreStacks, euStacks, type GdbFrame, gdbCoreStacks, gdbStacks, noEuStack, noGdb } from './oracle.js';

const ORACLES = [
  // Slow where debug symbols are installed, and asked about each interpreter in against-gdb.test.ts.
  { name: 'gdb', lacking: noGdb, live: gdbStacks, core: gdbCoreStacks, interpreters: [anyInterpreter()] },
  { name: 'eu-stack', lacking: noEuStack, live: euStacks, core: euCoreStacks, interpreters: findInterpreters() },
];
/** No code is at the bottom of memory: who comes there has lost his way. */
const LEAST_CODE = 0x10_000;
const PROGRAMS = ['../native-stack/programs/waits.py', 'generators.py'];

const seen = new Map<string, { threads: number; stopped: number; frames: number; cutOff: number; lost: number }>();
afterAll(() => {
  for (const [how, { threads, stopped, frames, cutOff, lost }] of seen) {
    console.log(
      `${how}: ${threads} blocked threads, ${frames} native frames as others see them; ` +
        `${stopped} threads were stopped for their registers, ${cutOff} stacks end where one would have been needed; ` +
        `of ${lost} the other loses its way`,
    );
  }
});

function compare(
  how: string,
  { threads, capture, python }: Snapshot,
  theirs: ReadonlyMap<number, readonly GdbFrame[]>,
): void {
  const sum = seen.get(how) ?? { threads: 0, stopped: 0, frames: 0, cutOff: 0, lost: 0 };
  seen.set(how, sum);
  sum.stopped += capture.stoppedThreads;
  const loop = python?.version.startsWith('2.') ? 'PyEval_EvalFrameEx' : '_PyEval_EvalFrameDefault';
  for (const thread of threads) {
    sum.threads++;
    const whole = theirs.get(thread.tid ?? 0) ?? [];
    const physical = whole.filter(({ inlined }) => !inlined);
    const lost = physical.findIndex(({ pc }) => pc < LEAST_CODE);
    if (lost >= 0) sum.lost++;
    const cut = thread.nativeEnding?.kind === 'truncated';
    if (cut) sum.cutOff++;
    sum.frames += compareThread(thread, lost < 0 ? physical : physical.slice(0, lost), cut, lost >= 0, loop);
  }
}

/** From the innermost frame on: each native one is theirs; each entry frame stands for one of theirs. */
function compareThread(
  { name, frames }: Thread,
  theirs: readonly GdbFrame[],
  cut: boolean,
  theyAreCut: boolean,
  loop: string,
): number {
  const ours: string[] = [];
  const expected: string[] = [];
  let compared = 0;
  let at = 0;
  for (const frame of [...frames].reverse()) {
    if (frame.kind === 'native' && frame.inlined) continue;
    if (frame.kind === 'python' && !frame.isEntry) continue;
    // Of what is outside of the end of our native stack, the Python frames are known, and none of theirs.
    if (cut && frame.kind === 'python') break;
    if (theyAreCut && at === theirs.length) break;
    const their = theirs[at++];
    compared++;
    ours.push(frame.kind === 'python' ? loopOf(their, loop) : textOf(frame));
    expected.push(their ? `${formatAddress(their.pc)} ${nameLike(frame, their)}` : 'nothing');
  }
  expect(ours, name ?? '').toEqual(expected);
  if (!cut) expect(theirs.length, name ?? '').toBe(at);
  return compared;
}

/** Where both have a name for what runs Python, it is the loop's. */
function loopOf(their: GdbFrame | undefined, loop: string): string {
  const name = their?.name ? functionName(their.name) : '?';
  return `${formatAddress(their?.pc ?? 0)} ${name === '?' ? '?' : loop}`;
}

function textOf(frame: Frame & { kind: 'native' }): string {
  return `${frame.address} ${isLibc(frame) ? '(libc)' : frame.rawSymbol === null ? '?' : functionName(frame.rawSymbol)}`;
}

function nameLike(frame: Frame, their: GdbFrame): string {
  if (isLibc(frame)) return '(libc)';
  return their.name === null ? '?' : functionName(their.name);
}

/** It has several names for one function, and tastes differ. */
function isLibc(frame: Frame): boolean {
  return frame.kind === 'native' && /\/libc\.so|\[vdso\]/.test(frame.library ?? '');
}

for (const { name, lacking, live, core, interpreters } of ORACLES) {
  describe.skipIf(lacking !== null)(`as ${name} says (${lacking ?? 'which is here'})`, () => {
    for (const interpreter of interpreters) {
      for (const program of PROGRAMS) {
        test(`${basename(program)}, ${interpreter.label}`, () =>
          withProgram(interpreter, program, {}, async ({ pid }) => {
            const theirs = live(pid);
            for (const mode of MODES) {
              const snapshot = await inspectProcess(pid, { mode, native: 'python', plumbing: true });
              try {
                compare(`${name}, ${mode}`, snapshot, theirs);
              } catch (error) {
                if (live === gdbStacks || noGdb !== null) throw error;
                // One of the two is wrong (older elfutils are, in newer libffi): a third decides.
                compare(`gdb, since ${name} is of another opinion, ${mode}`, snapshot, gdbStacks(pid));
              }
            }
          }));
      }
      test.skipIf(noKernelCores !== null)(`core of waits.py, ${interpreter.label}`, (context) =>
        withKernelCore(interpreter, PROGRAMS[0] ?? '', {}, async (file) => {
          const snapshot = await inspectCore(file, { native: 'python', plumbing: true });
          // A program that was patched after it was linked: others use its file all the same.
          const missing = snapshot.warnings.find(({ code }) => code === 'module-not-found');
          if (missing) context.skip(missing.message);
          compare(`${name}, core`, snapshot, core(interpreter.executable, file));
        }),
      );
    }
  });
}
