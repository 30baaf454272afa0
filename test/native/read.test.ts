/** Are bytes of another process read as they are, up to and around what cannot be read? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { LOOK, type NativeProcess, native } from '../../src/process/native.js';
import { LONG_MS } from '../support/target.js';
import { CPrograms, type Started } from './c_program.js';

/** What a process comes to by itself, given a CPU, which other work may have. */
const eventually = <T>(see: () => T) => vi.waitFor(see, { timeout: LONG_MS });

const programs = new CPrograms();
let holes: Started;
let target: NativeProcess;
let base: number;

beforeAll(async () => {
  holes = await programs.start('holes');
  target = new (native().LiveProcess)(holes.pid);
  base = holes.says['pages'] ?? 0;
});
afterAll(() => programs.dispose());

describe('read', () => {
  test('within a page and across two', () => {
    expect(target.readMethod).toBe('process_vm_readv');
    const bytes = new Uint8Array(8);
    expect(target.read(base + PAGE_BYTES - 3, bytes)).toBe(8);
    expect([...bytes]).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
  });

  test('ends before the first byte that is not there', () => {
    const bytes = new Uint8Array(4 * PAGE_BYTES).fill(99);
    expect(target.read(base + 100, bytes)).toBe(3 * PAGE_BYTES - 100);
    expect(bytes[3 * PAGE_BYTES - 101]).toBe(3);
    expect(bytes[3 * PAGE_BYTES - 100]).toBe(99);
    expect(target.read(base + 3 * PAGE_BYTES, bytes)).toBe(0);
    expect(target.read(0, bytes)).toBe(0);
    expect(target.read(2 ** 53 - 1, bytes)).toBe(0);
    expect(target.read(base, new Uint8Array(0))).toBe(0);
  });

  test('of more than one call takes', () => {
    const many = new Uint8Array(2000 * PAGE_BYTES);
    const own = new (native().LiveProcess)(process.pid);
    // Our own memory, where a readable stretch of that length surely is: the array itself cannot be found, maps can.
    expect(own.read(base, new Uint8Array(16))).toBeLessThanOrEqual(16);
    expect(target.read(base, many)).toBe(3 * PAGE_BYTES);
    own.close();
  });

  test('a Buffer that is a part of a larger one', () => {
    const large = Buffer.alloc(64, 7);
    expect(target.read(base + PAGE_BYTES, large.subarray(10, 20))).toBe(10);
    expect(large[9]).toBe(7);
    expect(large[10]).toBe(2);
    expect(large[20]).toBe(7);
  });
});

describe('readPages', () => {
  test('marks each page that is not there, and goes on behind it', () => {
    const addresses = Float64Array.from({ length: 16 }, (_, i) => base + i * PAGE_BYTES);
    const bytes = new Uint8Array(16 * PAGE_BYTES);
    const ok = new Uint8Array(16).fill(9);
    expect(target.readPages(addresses, bytes, ok)).toBe(12);
    for (let i = 0; i < 16; i++) {
      expect(ok[i]).toBe(i % 4 === 3 ? 0 : 1);
      if (ok[i])
        expect(bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES).every((byte) => byte === i + 1)).toBe(true);
    }
  });

  test('more than go into a call, holes at its borders', () => {
    const count = 3000;
    const hole = new Set([0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 2999]);
    const addresses = Float64Array.from({ length: count }, (_, i) => base + (hole.has(i) ? 3 : i % 3) * PAGE_BYTES);
    const bytes = new Uint8Array(count * PAGE_BYTES);
    const ok = new Uint8Array(count);
    expect(target.readPages(addresses, bytes, ok)).toBe(count - hole.size);
    for (let i = 0; i < count; i++) {
      expect(ok[i]).toBe(hole.has(i) ? 0 : 1);
      expect(bytes[i * PAGE_BYTES + 5]).toBe(hole.has(i) ? 0 : (i % 3) + 1);
    }
  });
});

describe('labels', () => {
  // What a thread is called is for its process to say: as /proc shows it, parentheses and lines included, a character a byte.
  test.each([
    ['a) R (b\n)', 'a) R (b\n)'],
    ['\xff) Z é', '\xff) Z é'],
    ['', ''],
  ])('of a program called %j', async (name, shown) => {
    const child = spawn('python3', [
      '-c',
      `import time; open('/proc/self/comm', 'wb').write(${JSON.stringify(`${name}\0`)}.encode('latin1')); print(1, flush=True); time.sleep(60)`,
    ]);
    try {
      await once(child.stdout, 'data');
      const named = new (native().LiveProcess)(child.pid ?? 0);
      await eventually(() =>
        expect(named.labels()).toEqual({ tids: Int32Array.of(child.pid ?? 0), names: [shown], letters: 'S' }),
      );
      named.close();
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('of each thread that a look lists', () => {
    const { tids, names, letters } = target.labels();
    expect([...tids]).toEqual([...target.look().tids]);
    expect(names.length).toBe(tids.length);
    expect(letters.length).toBe(tids.length);
  });
});

describe('stoodSince', () => {
  const threads =
    'import sys, threading\nfor _ in range(2): threading.Thread(target=threading.Event().wait, daemon=True).start()\n';
  const program = `${threads}print(1, flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)`;

  test('is so until one of them runs, comes or goes', async () => {
    const child = spawn('python3', ['-c', program]);
    try {
      await once(child.stdout, 'data');
      const process = new (native().LiveProcess)(child.pid ?? 0);
      const { tids, states, runs } = await eventually(() => {
        const look = process.look();
        expect(process.stoodSince(look.tids, look.states, look.runs)).toBe(true);
        return look;
      });
      expect(tids.length).toBe(3);
      // Once more, and with one that it has not, and without one that it has.
      expect(process.stoodSince(tids, states, runs)).toBe(true);
      const others = [Int32Array.of(...tids.subarray(0, 2), 1), tids.subarray(0, 2)];
      for (const other of others) {
        const length = other.length;
        expect(process.stoodSince(other, states.subarray(0, length), runs.subarray(0, length))).toBe(false);
      }
      expect(
        process.stoodSince(
          tids,
          states.map(() => LOOK.running),
          runs,
        ),
      ).toBe(false);
      child.stdin.write('run\n');
      await once(child.stdout, 'data');
      expect(process.stoodSince(tids, states, runs)).toBe(false);
      expect(() => process.stoodSince(tids, states, runs.subarray(1))).toThrow(TypeError);
      process.close();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('refuses', () => {
  test('arguments that do not agree', () => {
    const { LiveProcess } = native();
    const bytes = new Uint8Array(PAGE_BYTES);
    const ok = new Uint8Array(1);
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31, '1' as unknown as number]) {
      expect(() => new LiveProcess(pid)).toThrow(TypeError);
    }
    for (const address of [-1, 0.5, Number.NaN, 2 ** 53, Infinity, 1n as unknown as number]) {
      expect(() => target.read(address, bytes)).toThrow(TypeError);
    }
    expect(() => target.read(base, new Uint16Array(4) as unknown as Uint8Array)).toThrow(TypeError);
    expect(() => target.readPages(Float64Array.of(base + 1), bytes, ok)).toThrow(TypeError);
    expect(() => target.readPages(Float64Array.of(base, base), bytes, ok)).toThrow(TypeError);
    expect(() => target.readPages(Float64Array.of(base), bytes, new Uint8Array(2))).toThrow(TypeError);
  });

  test('a process that is not there, or not any more', async () => {
    const { LiveProcess } = native();
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    const sleeping = new LiveProcess(pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const gone = expect.objectContaining({ code: 'ESRCH', syscall: expect.any(String) });
    expect(() => new LiveProcess(pid)).toThrow(gone);
    expect(() => sleeping.read(base, new Uint8Array(8))).toThrow(gone);
    expect(sleeping.look().tids.length).toBe(0);
    expect(sleeping.labels()).toEqual({ tids: Int32Array.of(), names: [], letters: '' });
    sleeping.close();
    expect(() => sleeping.look()).toThrow('closed');
    sleeping.close();
  });

  test('a zombie', async () => {
    const parent = await programs.run(
      'python3',
      '-c',
      'import os,sys,time\np=os.fork()\nif not p: os._exit(0)\nwhile open("/proc/%d/stat" % p).read().rsplit(")", 1)[1].split()[0] != "Z": time.sleep(.01)\nprint(\'{"pid":%d}\'%p,flush=True)\nsys.stdin.read()',
    );
    expect(() => new (native().LiveProcess)(parent.says['pid'] ?? 0)).toThrow(
      expect.objectContaining({ code: 'ESRCH' }),
    );
  });
});

test('a process whose main thread has ended is read through another', async () => {
  const leaderless = await programs.start('leaderless');
  const memory = new (native().LiveProcess)(leaderless.pid);
  const bytes = new Uint8Array(4);
  expect(memory.read(leaderless.says['word'] ?? 0, bytes)).toBe(4);
  expect([...bytes]).toEqual([4, 3, 2, 1]);
  // The other thread may still be on its way to its wait.
  await eventually(() => expect([...memory.look().states].sort()).toEqual([1, 2]));
});
