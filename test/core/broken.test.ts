/** Does a broken core give what it holds, or say in one sentence why it does not? In bounded time and memory. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFileSource } from '../../src/elf/file-source.js';
import { PystackError } from '../../src/errors.js';
import { inspectCore } from '../../src/inspect-core.js';
import { readCoreHeaders } from '../../src/process/core/core-headers.js';
import type { Frame, Snapshot } from '../../src/snapshot.js';
import { noKernelCores, SMALL_THREADS, withFolder, withKernelCore } from '../support/cores.js';
import { anyInterpreter } from '../support/interpreters.js';

/** Shown, shown in part (with what is missing), or refused for a reason. */
async function outcome(core: string): Promise<Snapshot | PystackError> {
  const started = performance.now();
  try {
    const snapshot = await inspectCore(core);
    // Whatever was shown can be printed.
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    if (!snapshot.complete) expect(snapshot.warnings.length).toBeGreaterThan(0);
    return snapshot;
  } catch (error) {
    if (!(error instanceof PystackError)) throw error;
    expect(error.code).not.toBe('internal');
    expect(error.message).not.toBe('');
    return error;
  } finally {
    expect(performance.now() - started).toBeLessThan(20_000);
  }
}

describe.skipIf(noKernelCores !== null)('a real core', () => {
  let core = '';
  let whole: Snapshot;
  let finish: () => void = () => {};
  let over: Promise<void>;

  beforeAll(async () => {
    // Held open for all tests of this file: what is below ends when they are done.
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await new Promise<void>((ready, reject) => {
      over = withKernelCore(anyInterpreter(), 'many_threads.py', SMALL_THREADS, async (path) => {
        core = path;
        whole = await inspectCore(path);
        ready();
        await done;
      });
      over.catch(reject);
    });
  });
  afterAll(async () => {
    finish();
    await over;
  });

  const changed = <T>(change: (path: string) => void, use: (path: string) => Promise<T>): Promise<T> =>
    withFolder(async (folder) => {
      const path = join(folder, 'core');
      // Unlike copyFile, cp leaves the holes of a sparse file.
      execFileSync('cp', [core, path]);
      change(path);
      return use(path);
    });

  test('is whole to begin with', () => {
    expect(whole.complete).toBe(true);
    expect(whole.threads.length).toBeGreaterThan(3);
  });

  test.each([99.9, 99, 95, 90, 80, 50, 10, 1])('cut to %s %%', async (share) => {
    const size = Math.floor((statSync(core).size * share) / 100);
    const seen = await changed((path) => truncateSync(path, size), outcome);
    if (seen instanceof PystackError) {
      // Whoever reads only this must learn that the core is not whole.
      expect(seen.message + seen.details.cause).toMatch(/cut short|truncated|missing/);
    } else {
      expect(seen.complete).toBe(false);
      expect(seen.warnings.map(({ code }) => code)).toContain('core-truncated');
      const known = new Map(whole.threads.map((thread) => [thread.tid, thread]));
      for (const { tid, frames, ending } of seen.threads) {
        if (ending.kind !== 'complete' || frames.length === 0) continue;
        const was = known.get(tid)?.frames ?? [];
        // What is not marked is what it was; nothing stands that was never there.
        const lost = (frame: Frame) => frame.kind === 'python' && (frame.problem ?? frame.gap) !== undefined;
        if (!frames.some(lost)) expect(frames).toEqual(was);
        for (const frame of frames) if (!lost(frame)) expect(was).toContainEqual(frame);
      }
    }
  });

  test('cut within each header and each note', async () => {
    const file = openFileSource(core);
    const { loads, notes } = readCoreHeaders(file);
    file.close();
    const tableEnd = 64 + (loads.length + notes.length) * 56;
    const noteAt = notes[0]?.offset ?? tableEnd;
    const noteEnd = noteAt + (notes[0]?.filesz ?? 0);
    const lengths = [1, 17, 63, 64, 65, 64 + 55, 64 + 56 * 3 + 9, tableEnd - 1, tableEnd, noteAt + 5, noteAt + 13];
    for (const length of [
      ...lengths,
      noteAt + 200,
      noteAt + 700,
      noteEnd - 100,
      noteEnd - 1,
      noteEnd,
      noteEnd + 4096,
    ]) {
      const seen = await changed((path) => truncateSync(path, length), outcome);
      if (!(seen instanceof PystackError)) expect(seen.complete, `cut to ${length}`).toBe(false);
    }
  });

  test('zeros where memory was', async () => {
    const file = openFileSource(core);
    const { loads } = readCoreHeaders(file);
    file.close();
    for (const every of [2, 3, 7]) {
      const seen = await changed((path) => {
        const fd = openSync(path, 'r+');
        loads.forEach(({ offset, filesz }, i) => {
          if (i % every === 0) writeSync(fd, new Uint8Array(Math.min(filesz, 65_536)), 0, undefined, offset);
        });
        closeSync(fd);
      }, outcome);
      if (!(seen instanceof PystackError)) expect(seen.threads.length).toBeLessThan(10_000);
    }
  });

  test('noise where memory was: never an endless walk, never a crash', async () => {
    let seed = 20_240_101;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    const size = statSync(core).size;
    for (let round = 0; round < 12; round++) {
      await changed((path) => {
        const fd = openSync(path, 'r+');
        for (let i = 0; i < 4 ** (round % 6) * 10; i++) {
          const word = Buffer.alloc(8);
          word.writeBigUInt64LE(
            random() < 0.5 ? BigInt(Math.floor(random() * 2 ** 47)) : BigInt(Math.floor(random() * 9)),
          );
          writeSync(fd, word, 0, 8, Math.floor(random() * (size / 8)) * 8);
        }
        closeSync(fd);
      }, outcome);
    }
  }, 240_000);

  test('given another program as the executable', async () => {
    const snapshot = await inspectCore(core, { executable: '/bin/sh' });
    expect(snapshot.warnings.map(({ code }) => code)).toEqual(['build-id-mismatch']);
    expect(snapshot.threads).toEqual(whole.threads);
  });
});

test.each<[string, Uint8Array | string, string]>([
  ['empty', '', 'not-a-core'],
  ['text', 'Segmentation fault (core dumped)\n'.repeat(100), 'not-a-core'],
  ['zeros', new Uint8Array(100_000), 'not-a-core'],
  ['a program', readFileSync('/proc/self/exe').subarray(0, 1 << 20), 'not-a-core'],
])('%s', async (_name, bytes, code) =>
  withFolder(async (folder) => {
    const path = join(folder, 'core');
    writeFileSync(path, bytes);
    expect(await outcome(path)).toMatchObject({ code });
  }),
);

test('not there, or not a file', async () =>
  withFolder(async (folder) => {
    expect(await outcome(join(folder, 'none'))).toMatchObject({ code: 'file-not-found' });
    expect(await outcome(folder)).toMatchObject({ code: 'file-unreadable' });
    expect(await outcome('/dev/null')).toMatchObject({ code: 'file-unreadable' });
  }));
