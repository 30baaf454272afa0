/** Is the target as it was, whatever ends us and whatever happens to it meanwhile? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { EVIDENCE, LOOK, native } from '../../src/process/native.js';
import { CPrograms, eventually, threadStates } from './c_program.js';
import { plan } from './plan.js';

const programs = new CPrograms();
afterEach(() => programs.endAll());
afterAll(() => programs.dispose());

const addonPath = fileURLToPath(new URL('../../build/Release/pystack_native.node', import.meta.url));
const freezer = fileURLToPath(new URL('programs/freeze_forever.mjs', import.meta.url));

test('killed at any instant, we leave no thread stopped', async () => {
  const target = await programs.start('threads', 30, 2);
  const tids = new (native().LiveProcess)(target.pid).look().tids;
  for (let k = 0; k < 30; k++) {
    const whom = k % 2 ? 'running' : 'all';
    const us = spawn(process.execPath, [freezer, addonPath, String(target.pid), whom], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(us.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
    us.kill('SIGKILL');
    await once(us, 'exit');
    await eventually(() => [...threadStates(target.pid, tids).values()].every((state) => 'RS'.includes(state)));
  }
});

test('signals that arrive meanwhile are neither lost nor doubled', async () => {
  const counter = await programs.start('signals', 4);
  const target = new (native().LiveProcess)(counter.pid);
  const tids = target.look().tids;
  const sent = 3000;
  counter.child.stdin?.write(`${sent}\n`);
  const count = () => {
    const bytes = new Uint8Array(8);
    target.read(counter.says['handled'] ?? 0, bytes);
    return Number(new DataView(bytes.buffer).getBigUint64(0, true));
  };
  while (count() < sent) {
    const before = count();
    for (let k = 0; k < 50; k++) target.freeze(plan({ tids, stopAll: k % 2 === 0 }));
    if (count() === before) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(count()).toBe(sent);
  target.close();
});

test('no proven copy is torn, and a stopped one is of one instant', async () => {
  const threads = 6;
  const pairs = await programs.start('pairs', threads);
  const target = new (native().LiveProcess)(pairs.pid);
  const base = pairs.says['words'] ?? 0;
  const first = new Uint8Array(PAGE_BYTES);
  const pagesOf = new Map<number, number[]>();
  for (let i = 0; i < threads; i++) {
    const page = base + 2 * i * PAGE_BYTES;
    target.read(page, first);
    pagesOf.set(Number(new DataView(first.buffer).getBigUint64(8, true)), [page, page + PAGE_BYTES]);
  }
  const tids = [...pagesOf.keys()];
  const owned = [...pagesOf.values()];
  const seen = { still: 0, stopped: 0, none: 0, torn: 0 };
  const end = performance.now() + 15_000;
  for (let k = 0; seen.still < 4000 && performance.now() < end; k++) {
    // Stopping busy threads on a busy machine takes long: mostly without.
    const mode = k % 8 ? 'no-stop' : 'prove';
    const result = target.freeze(plan({ tids, owned, mode, maxRounds: 3 }));
    const view = new DataView(result.bytes.buffer);
    for (let i = 0; i < threads; i++) {
      const a = view.getBigUint64(2 * i * PAGE_BYTES, true);
      const b = view.getBigUint64((2 * i + 1) * PAGE_BYTES, true);
      switch (result.evidence[i]) {
        case EVIDENCE.still:
          seen.still++;
          if (a !== b) seen.torn++;
          break;
        case EVIDENCE.stopped:
          seen.stopped++;
          if (a !== b && a !== b + 1n) seen.torn++;
          break;
        default:
          seen.none++;
      }
    }
  }
  expect(seen.torn, JSON.stringify(seen)).toBe(0);
  expect(seen.still, JSON.stringify(seen)).toBeGreaterThan(100);
  expect(seen.stopped, JSON.stringify(seen)).toBeGreaterThan(0);
  target.close();
});

test('a blocked thread does not notice two thousand looks and copies', async () => {
  const sleepers = await programs.start('threads', 4, 0);
  const target = new (native().LiveProcess)(sleepers.pid);
  await eventually(() => target.look().states.every((state) => state === LOOK.blocked));
  const { tids, runs } = target.look();
  for (let k = 0; k < 2000; k++) target.freeze(plan({ tids, stackBytes: 4096 }));
  expect([...target.look().runs]).toEqual([...runs]);
  target.close();
});

test('threads that come and go, and a fork, are no trouble', async () => {
  const restless = await programs.start('restless');
  const target = new (native().LiveProcess)(restless.pid);
  for (let k = 0; k < 100; k++) {
    const tids = target.look().tids;
    const result = target.freeze(plan({ tids, stopAll: k % 3 === 0, stackBytes: 8192 }));
    // A thread that gets no CPU in time is let be.
    expect(result.refused.filter(({ why }) => why !== 'ETIMEDOUT')).toEqual([]);
  }
  const { tids } = target.look();
  for (const tid of tids) {
    try {
      expect(['t', 'T']).not.toContain(threadStates(restless.pid, [tid]).get(tid));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH')
        throw error;
    }
  }
  expect(restless.child.exitCode).toBe(null);
  target.close();
});
