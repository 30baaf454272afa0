import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PystackError } from '../../../src/errors.js';
import { toAddress } from '../../../src/memory/address.js';
import { MemoryFault } from '../../../src/memory/reader.js';
import type { LiveProcess } from '../../../src/process/live/live-process.js';
import { openLiveProcess } from '../../../src/process/live/live-process.js';
import { until } from '../../support/target.js';

let folder: string;
/** A copy of sleep, started in a folder of its own. */
let child: ReturnType<typeof spawn>;
let target: LiveProcess;
const startedAt = Date.now();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live target '));
  copyFileSync('/bin/sleep', join(folder, 'my sleep'));
  chmodSync(join(folder, 'my sleep'), 0o755);
  child = spawn(join(folder, 'my sleep'), ['600'], { cwd: folder });
  await until('it runs', () => readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('my sleep'));
  target = openLiveProcess(child.pid ?? 0);
});

afterAll(() => {
  target?.close();
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const program = () => {
  target.refresh();
  const mapping = target.mappings().find(({ path }) => path?.startsWith(folder));
  if (!mapping) throw new Error('its program is not mapped');
  return mapping;
};

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof PystackError) return error.code;
    throw error;
  }
  return 'none';
}

describe('who it is', () => {
  test('identity', () => {
    const { identity } = target;
    expect(identity.executable).toBe(join(folder, 'my sleep'));
    expect(identity.commandLine).toEqual([join(folder, 'my sleep'), '600']);
    expect(identity.tracerPid).toBeNull();
    expect(Math.abs((identity.startTimeMs ?? 0) - startedAt)).toBeLessThan(10_000);
  });

  test('threads', () => {
    const pid = child.pid ?? 0;
    expect(target.threads()).toEqual([
      { tid: pid, innerTid: pid, name: 'my sleep', state: expect.stringMatching(/[SDR]/) },
    ]);
  });
});

describe('memory', () => {
  test('of a process that has ended since: no threads, and no error', async () => {
    const ending = spawn('sleep', ['600']);
    const open = openLiveProcess(ending.pid ?? 0);
    ending.kill('SIGKILL');
    await once(ending, 'exit');
    expect(open.threads()).toEqual([]);
    open.close();
  });

  test('reads what is there and refuses what is not', () => {
    const { start, end } = program();
    expect(target.memory.read(start, 4).getUint32(0, false)).toBe(0x7f454c46);
    expect(() => target.memory.read(toAddress(4096), 8)).toThrow(MemoryFault);
    expect(() => target.memory.read(start, 2 ** 40)).toThrow(MemoryFault);
    expect(() => target.memory.read(toAddress(2 ** 51), 8)).toThrow(MemoryFault);
    expect(target.memory.read(start, 0).byteLength).toBe(0);
    expect(end).toBeGreaterThan(start);
  });
});

describe('its files', () => {
  test('the mapped one, whatever has become of its name', () => {
    const original = readFileSync('/bin/sleep');
    const same = () => {
      const source = target.openMapped(program());
      const bytes = source?.read(0, original.length);
      source?.close();
      return bytes !== undefined && original.equals(bytes);
    };
    expect(same()).toBe(true);
    renameSync(join(folder, 'my sleep'), join(folder, 'moved'));
    expect(same()).toBe(true);
    copyFileSync('/bin/true', join(folder, 'my sleep'));
    expect(same()).toBe(true);
    rmSync(join(folder, 'moved'));
    expect(program().deleted).toBe(true);
    expect(same()).toBe(true);
    const anonymous = target.mappings().find(({ path }) => path === '[stack]');
    expect(anonymous && target.openMapped(anonymous)).toBeNull();
  });

  test('those under a path: regular files, of its root and its folder', () => {
    writeFileSync(join(folder, 'source.py'), 'print(1)\n');
    const file = target.readFile(join(folder, 'source.py'));
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe('print(1)\n');
    expect(file?.mtimeMs).toBe(statSync(join(folder, 'source.py')).mtimeMs);
    expect(target.readFile('source.py')?.bytes).toHaveLength(9);
    expect(target.readFile('./source.py')?.bytes).toHaveLength(9);
  });

  test('and nothing else, without waiting', () => {
    spawnSync('mkfifo', [join(folder, 'fifo')]);
    mkdirSync(join(folder, 'folder.py'));
    symlinkSync('loop.py', join(folder, 'loop.py'));
    spawnSync('truncate', ['-s', '17M', join(folder, 'large.py')]);
    for (const path of [
      'fifo',
      'folder.py',
      'loop.py',
      'large.py',
      'nowhere.py',
      '',
      'a\0b',
      '/dev/zero',
      '<string>',
    ]) {
      expect([path, target.readFile(path)]).toEqual([path, null]);
    }
  });
});

describe('what cannot be opened', () => {
  test('no such process, and numbers that are none', () => {
    for (const pid of [2 ** 22 + 1, 0, -1, 1.5, Number.NaN])
      expect(codeOf(() => openLiveProcess(pid))).toBe('no-such-process');
  });

  test('a thread', async () => {
    const tids = readdirSync(`/proc/${process.pid}/task`).map(Number);
    const tid = tids.find((id) => id !== process.pid) ?? 0;
    expect(codeOf(() => openLiveProcess(tid))).toBe('thread-id');
    try {
      openLiveProcess(tid);
    } catch (error) {
      expect(error instanceof PystackError && error.details.nextStep).toBe(`pystack remote ${process.pid}`);
    }
  });

  test('a zombie', async () => {
    // The shell starts a child that ends at once, and becomes a program that never waits for it.
    const parent = spawn('sh', ['-c', 'true & exec sleep 600']);
    try {
      const zombie = () => {
        const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
        const pid = Number(existsSync(children) ? readFileSync(children, 'utf8').trim() : '');
        return pid > 0 && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') ? pid : 0;
      };
      await until('there is a zombie', () => zombie() > 0);
      expect(codeOf(() => openLiveProcess(zombie()))).toBe('zombie');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('a kernel thread', (context) => {
    const stat = existsSync('/proc/2/stat') ? readFileSync('/proc/2/stat', 'utf8') : '';
    if (!stat.startsWith('2 (kthreadd)')) context.skip('no kernel thread to be seen here');
    expect(codeOf(() => openLiveProcess(2))).toBe('kernel-thread');
  });

  test('one that has ended meanwhile', async () => {
    const short = spawn('sleep', ['600']);
    await until('it runs', () => readFileSync(`/proc/${short.pid}/maps`, 'utf8').includes('sleep'));
    const opened = openLiveProcess(short.pid ?? 0);
    const start = opened.mappings()[0]?.start ?? toAddress(4096);
    const ended = new Promise((resolve) => short.once('exit', resolve));
    short.kill('SIGKILL');
    await ended;
    expect(codeOf(() => opened.refresh())).toBe('process-exited');
    let outcome = '';
    try {
      opened.memory.read(start, 8);
    } catch (error) {
      outcome = error instanceof PystackError ? error.code : (error as Error).name;
    }
    expect(['process-exited', 'MemoryFault']).toContain(outcome);
    expect(opened.threads()).toEqual([]);
    opened.close();
  });
});
