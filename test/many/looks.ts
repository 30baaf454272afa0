/** Looks made by hand or at random, for tests of what is done with many of them. */

import { LookSet } from '../../src/many/looks/look-set.js';
import type { FrameInfo, LookInfo, ProcessLook, ThreadLook } from '../../src/many/looks/model.js';
import { runsOf } from '../../src/report/fold.js';

export function look(
  info: Partial<LookInfo> = {},
  threads: readonly ThreadLook[] = [threadAt('main', 'wait')],
): ProcessLook {
  return {
    info: {
      host: 'n1',
      pid: 100,
      start: 1000,
      at: '2026-01-01T00:00:00.000Z',
      ppid: 1,
      command: 'python train.py',
      python: '3.12.1',
      env: {},
      core: null,
      crash: null,
      complete: true,
      warnings: [],
      findings: [],
      error: null,
      ...info,
    },
    threads,
  };
}

/** Rank `rank` of a job of `size`, on a host of eight. */
export function rankLook(rank: number, size: number, threads: readonly ThreadLook[]): ProcessLook {
  const env = { RANK: String(rank), WORLD_SIZE: String(size), TORCHELASTIC_RUN_ID: 'run-1' };
  return look({ host: `n${Math.floor(rank / 8)}`, pid: 100 + (rank % 8), env }, threads);
}

/** `f`, `f:12`: a call in app.py. */
export function call(text: string): FrameInfo {
  const [name = '', line] = text.split(':');
  return { kind: 'python', name, file: '/srv/app.py', line: line === undefined ? 1 : Number(line), source: null };
}

/** A main thread in the calls given, outermost first; recursion folded as in a look. */
export function threadAt(...calls: string[]): ThreadLook {
  return namedThreadAt('MainThread', ...calls);
}

export function namedThreadAt(name: string, ...calls: string[]): ThreadLook {
  const frames = calls.map(call);
  const stack = runsOf(frames, ({ name: its, line }) => `${its}:${line}`).map(({ from, length, times }) => ({
    times,
    frames: frames.slice(from, from + length),
  }));
  const isMain = name === 'MainThread';
  return {
    name,
    tid: 100,
    state: 'in futex',
    stillMs: null,
    inFinding: false,
    isMain,
    faulting: false,
    inconsistent: false,
    truncated: false,
    stack,
  };
}

export function setOf(looks: Iterable<ProcessLook>): LookSet {
  const set = new LookSet();
  for (const each of looks) set.add(each);
  return set;
}

/** Numbers below 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
