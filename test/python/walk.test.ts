/** Does the walk see in a real process what Python itself says from inside? On every interpreter found. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCode } from '../../src/python/code.js';
import { readFrames } from '../../src/python/frames.js';
import { type BlockedSyscall, gilStateOf } from '../../src/python/gil.js';
import { decodePosition } from '../../src/python/positions.js';
import { Python, type PythonRuntime } from '../../src/python/python.js';
import { readRuntime } from '../../src/python/runtime.js';
import { resolveNativeIds } from '../../src/python/thread-ids.js';
import { readThreadNames } from '../../src/python/threading-names.js';
import type { GilState } from '../../src/snapshot.js';
import { findInterpreters } from '../support/interpreters.js';
import { locateForTest, ProcessMemory, threadIdsOf } from '../support/process-memory.js';
import type { OracleThread, Program } from '../support/target.js';
import { NotOnThisPython, startProgram, until } from '../support/target.js';

const PROGRAMS = ['idle.py', 'constructs.py', 'generators.py', 'callbacks.py', 'names.py', 'many_threads.py'];

describe.each(findInterpreters().map((interpreter) => ({ label: interpreter.label, interpreter })))(
  '$label',
  ({ interpreter }) => {
    it.each(PROGRAMS)('%s: threads, names and every frame as Python says', async (name) => {
      await onProgram(interpreter, name, [], (program) => {
        const seen = look(program);
        const said = program.ready.threads ?? [];
        expect(seen.problems).toEqual([]);
        expect(seen.threads.map(({ frames }) => frames)).toEqual(said.map(({ frames }) => frames));
        expect(seen.threads.map(({ threadName }) => threadName)).toEqual(said.map((thread) => thread.name));
        expect(seen.threads.map(({ main }) => main)).toEqual(said.map((thread) => thread.main));
        expectTids(seen.threads, said);
      });
    });

    it('20,000 frames deep', async () => {
      await onProgram(interpreter, 'deep.py', [], (program) => {
        const seen = look(program);
        const said = program.ready.threads ?? [];
        expect(Math.max(...seen.threads.map(({ frames }) => frames.length))).toBeGreaterThanOrEqual(20_000);
        expect(seen.threads.map(({ frames }) => frames)).toEqual(said.map(({ frames }) => frames));
      });
    });

    it('__init__ called in a hot loop, where the interpreter inlines it', async () => {
      await onProgram(interpreter, '../python/inlined_init.py', [], (program) => {
        const { threads, problems } = look(program);
        expect(problems).toEqual([]);
        const functions = threads.map(({ frames }) => frames.map((frame) => frame[0]));
        expect(functions).toEqual([['<module>', 'make', '__init__', 'wait']]);
      });
    });

    it.skipIf(interpreter.freeThreaded)('contention: who has the GIL and who waits for it', async () => {
      await onProgram(interpreter, 'contention.py', [], async (program) => {
        const seen = { holding: 0, waiting: 0 };
        await until(
          'a thread held the GIL and others waited for it',
          () => {
            const states = gilStates(program);
            // In Python 2 nobody is noted between taking the lock and becoming current.
            if (interpreter.version.major > 2) expect(states).not.toContain('unknown');
            const holding = states.filter((state) => state === 'holding').length;
            expect(holding).toBeLessThanOrEqual(1);
            seen.holding = Math.max(seen.holding, holding);
            seen.waiting = Math.max(seen.waiting, states.filter((state) => state === 'waiting').length);
            // On a busy machine those whose wait has timed out stand in the kernel's queue instead: not all wait at once.
            return seen.holding === 1 && seen.waiting >= 2;
          },
          30_000,
        );
      });
    });
  },
);

interface Seen {
  tid: number | null;
  threadName: string | null;
  main: boolean;
  frames: unknown[][];
}

function look(program: Program): { threads: Seen[]; problems: string[] } {
  const runtime = locateForTest(program.pid, program.interpreter);
  const memory = new ProcessMemory(program.pid);
  try {
    return walk(memory, runtime, threadIdsOf(program.pid));
  } finally {
    memory.close();
  }
}

/** Of each Python thread, as one look tells: it is not of one instant. */
function gilStates(program: Program): GilState[] {
  const runtime = locateForTest(program.pid, program.interpreter);
  const memory = new ProcessMemory(program.pid);
  try {
    const { interpreters, threadStates } = readRuntime(new Python(runtime, memory));
    const ids = resolveNativeIds(memory, threadStates, threadIdsOf(program.pid));
    return threadStates.map((state) =>
      gilStateOf(state, interpreters[0]?.gil ?? null, syscallOf(program.pid, ids.get(state.address) ?? 0)),
    );
  } finally {
    memory.close();
  }
}

function syscallOf(pid: number, tid: number): BlockedSyscall | null {
  const [nr, ...args] = readFileSync(`/proc/${pid}/task/${tid}/syscall`, 'utf8').trim().split(' ').map(Number);
  return nr === undefined || Number.isNaN(nr) || nr < 0 ? null : { nr, args };
}

function walk(
  memory: ProcessMemory,
  runtime: PythonRuntime,
  tids: Set<number>,
): { threads: Seen[]; problems: string[] } {
  const python = new Python(runtime, memory);
  const { layout } = python;
  const shared = readRuntime(python);
  const problems = [...shared.problems];
  if (shared.state !== 'initialized' && layout.root.kind === '_PyRuntime')
    problems.push(`the runtime is ${shared.state}`);
  const ids = resolveNativeIds(memory, shared.threadStates, tids);
  const names = shared.interpreters.map((interpreter) => {
    const read = readThreadNames(python, interpreter);
    problems.push(...read.problems);
    return read.names;
  })[0];
  const threads = shared.threadStates.map((state): Seen => {
    const stack = readFrames(python, state);
    if (stack.ending.reason !== null) problems.push(stack.ending.reason);
    const codes = new Map(stack.frames.map(({ code }) => [code, null as ReturnType<typeof readCode> | null]));
    const frames = stack.frames.map(({ code: address, lasti }) => {
      const code = codes.get(address) ?? readCode(python, address);
      codes.set(address, code);
      const { line, endLine, column, endColumn } = decodePosition(layout.PyCodeObject.positions, code, lasti);
      return [code.name, code.qualname, code.file, line, endLine, column, endColumn];
    });
    const name = names?.get(state.threadId);
    return {
      tid: ids.get(state.address) ?? null,
      threadName: name?.name ?? null,
      main: name?.isMain ?? false,
      frames: frames.reverse(),
    };
  });
  return { threads, problems };
}

function expectTids(seen: Seen[], said: OracleThread[]): void {
  for (const [i, thread] of said.entries()) {
    if (thread.tid === null) expect(seen[i]?.tid).toBeGreaterThan(0);
    else expect(seen[i]?.tid).toBe(thread.tid);
  }
  expect(new Set(seen.map(({ tid }) => tid)).size).toBe(seen.length);
}

async function onProgram(
  interpreter: Program['interpreter'],
  name: string,
  args: string[],
  use: (program: Program) => void | Promise<void>,
): Promise<void> {
  let program: Program;
  try {
    program = await startProgram(interpreter, name, { args });
  } catch (error) {
    if (error instanceof NotOnThisPython) return;
    throw error;
  }
  try {
    await use(program);
  } finally {
    await program.kill();
  }
}
