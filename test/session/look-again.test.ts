/** Is what has moved since the last look read again, and what has not, not? */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { type NativeProcess, native } from '../../src/process/native.js';
import { openSession, type ProcessSession } from '../../src/session.js';
import type { Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { pythonFrames } from '../support/expectation.js';
import { anyInterpreter, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, until, untilAllSleep, withProgram } from '../support/target.js';

/** What was read of the process, beside looks at how its threads stand. */
interface Reads {
  pages: number;
  freezes: number;
}

/** Opens a session whose reads are counted. */
function counted(
  pid: number,
  options: Parameters<typeof openSession>[1] = {},
): { session: ProcessSession; reads: Reads } {
  const reads: Reads = { pages: 0, freezes: 0 };
  const counting = (inner: NativeProcess): NativeProcess => ({
    get readMethod() {
      return inner.readMethod;
    },
    read: (address, into) => {
      reads.pages++;
      return inner.read(address, into);
    },
    readPages: (addresses, into, ok) => {
      reads.pages += addresses.length;
      return inner.readPages(addresses, into, ok);
    },
    look: () => inner.look(),
    stoodSince: (tids, states, runs) => inner.stoodSince(tids, states, runs),
    stillMs: (tids) => inner.stillMs(tids),
    labels: () => inner.labels(),
    freeze: (plan) => {
      reads.freezes++;
      reads.pages += plan.pages.length;
      return inner.freeze(plan);
    },
    stop: (tids, maxMs) => inner.stop(tids, maxMs),
    close: () => inner.close(),
  });
  const open = (of: number) => openLiveProcess(of, (id) => counting(new (native().LiveProcess)(id)));
  return { session: openSession(pid, options, open), reads };
}

/** Starts told.py for `use`, which is given how to tell it something. */
function withTold(
  interpreter: Interpreter,
  use: (program: Program, tell: (letter: string) => void) => Promise<void>,
  depth = 1,
): Promise<void> {
  return withFolder(async (folder) => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await withProgram(interpreter, 'told.py', { args: [fifo, String(depth)] }, (program) =>
      use(program, (letter) => writeFileSync(fifo, letter)),
    );
  });
}

/** How many times a function is on the main thread's stack. */
function depthOf(snapshot: Snapshot, name: string): number {
  const main = snapshot.threads.find(({ isMain }) => isMain);
  return main ? pythonFrames(main).filter((frame) => frame.function === name).length : -1;
}

const namesOf = ({ threads }: Snapshot) => threads.map(({ name }) => name).sort();

onEveryInterpreter('a process that stands is not read again', (interpreter) =>
  withTold(interpreter, async ({ pid }) => {
    for (const options of [...MODES.map((mode) => ({ mode })), { locals: true }]) {
      const { session, reads } = counted(pid, options);
      try {
        const first = await session.look();
        const before = { ...reads };
        expect(before.pages).toBeGreaterThan(0);
        const second = await session.look();
        expect(reads).toEqual(before);
        expect(Date.parse(second.capturedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first.capturedAt ?? ''));
        expect(timeless(second)).toEqual(timeless(first));
      } finally {
        session.close();
      }
    }
  }),
);

onEveryInterpreter('the stacks of threads that have not moved are not read again', (interpreter) =>
  withTold(
    interpreter,
    async ({ pid }, tell) => {
      for (const mode of MODES) {
        const { session, reads } = counted(pid, { mode });
        const fresh = counted(pid, { mode });
        try {
          const first = await session.look();
          const deep = depthOf(first, 'obey');
          tell('d');
          await until('it stands deeper', async () => depthOf(await fresh.session.look(), 'obey') === deep + 1);
          await untilAllSleep(pid);
          fresh.session.close();
          const other = counted(pid, { mode });
          const before = other.reads.pages;
          const anew = await other.session.look();
          const whole = other.reads.pages - before;
          other.session.close();
          const start = { ...reads };
          const second = await session.look();
          const again = reads.pages - start.pages;
          expect(reads.freezes - start.freezes).toBe(1);
          expect(depthOf(second, 'obey')).toBe(deep + 1);
          expect(timeless(second).threads).toEqual(timeless(anew).threads);
          // 200 frames of three threads take some dozens of pages, read once and copied once.
          expect(again).toBeLessThan(whole - 40);
        } finally {
          session.close();
        }
      }
    },
    200,
  ),
);

onEveryInterpreter('what has moved is shown where it is', (interpreter) =>
  withTold(interpreter, async ({ pid }, tell) => {
    const { session } = counted(pid);
    try {
      const first = await session.look();
      expect(depthOf(first, 'obey')).toBe(1);
      expect(namesOf(first)).toEqual(['MainThread', 'a', 'b', 'c', 'ending']);
      tell('d');
      await until('it is deeper', async () => depthOf(await session.look(), 'obey') === 2);
      tell('n');
      await until('the new thread is there', async () => namesOf(await session.look()).includes('new'));
      tell('e');
      await until('the other one has ended', async () => !namesOf(await session.look()).includes('ending'));
      const last = await session.look();
      expect(namesOf(last)).toEqual(['MainThread', 'a', 'b', 'c', 'new']);
      expect(depthOf(last, 'obey')).toBe(2);
      expect(last.complete).toBe(true);
    } finally {
      session.close();
    }
  }),
);

onEveryInterpreter('a program that another one replaced is located anew, and its end is told', (interpreter) =>
  withTold(interpreter, async ({ pid }, tell) => {
    const { session } = counted(pid);
    try {
      expect(depthOf(await session.look(), 'obey')).toBe(1);
      tell('x');
      await until('the other program waits', async () => {
        try {
          const snapshot = await session.look();
          return depthOf(snapshot, 'wait') === 1 && snapshot.threads.length === 1;
        } catch (error) {
          // While it starts there is no interpreter yet.
          if (error instanceof PystackError && error.code !== 'process-exited') return false;
          throw error;
        }
      });
      process.kill(pid, 'SIGKILL');
      await until('it has ended', async () => (await failureOf(session)) === 'process-exited');
      expect(await failureOf(session)).toBe('process-exited');
    } finally {
      session.close();
    }
  }),
);

test('a process that ends by itself is told, and a closed session is used no more', async () =>
  withTold(anyInterpreter(), async ({ pid }, tell) => {
    const { session } = counted(pid);
    await session.look();
    tell('q');
    await until('it has ended', async () => (await failureOf(session)) === 'process-exited');
    session.close();
    expect(await failureOf(session)).toBe('usage');
  }));

test('looks that are asked for at once are made one after the other', async () =>
  withTold(anyInterpreter(), async ({ pid }) => {
    const { session } = counted(pid);
    try {
      const [first, second] = await Promise.all([session.look(), session.look()]);
      expect(timeless(second).threads).toEqual(timeless(first).threads);
    } finally {
      session.close();
    }
  }));

async function failureOf(session: ProcessSession): Promise<string | null> {
  try {
    await session.look();
    return null;
  } catch (error) {
    if (error instanceof PystackError) return error.code;
    throw error;
  }
}

/** Without what goes on while everybody waits. */
function timeless(snapshot: Snapshot): Snapshot {
  const times = new Set(['capturedAt', 'timings', 'stillMs', 'timeoutMs', 'findings']);
  return JSON.parse(JSON.stringify(snapshot, (key, value) => (times.has(key) ? null : value)));
}
