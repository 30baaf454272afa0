/** What is left where the kernel, a container or a limit takes something away? The same answers by another way. */

import { execFileSync, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { CPrograms, type Started } from './c_program.js';

const programs = new CPrograms();
afterEach(() => programs.endAll());
afterAll(() => programs.dispose());

const addonPath = fileURLToPath(new URL('../../build/Release/pystack_native.node', import.meta.url));
const reporter = fileURLToPath(new URL('programs/report.mjs', import.meta.url));

/** What report.mjs says of `target`, run through the command `wrapper`. */
function report(wrapper: string[], target: Started, pages: number[]) {
  const [command = '', ...args] = [...wrapper, process.execPath, reporter, addonPath, String(target.pid)];
  return JSON.parse(execFileSync(command, [...args, ...pages.map(String)], { encoding: 'utf8' }));
}

test.each(['EPERM', 'ENOSYS'] as const)(
  'where process_vm_readv answers %s, /proc/<pid>/mem gives the same',
  async (error) => {
    const holes = await programs.start('holes');
    const first = holes.says['pages'] ?? 0;
    const pages = Array.from({ length: 8 }, (_, i) => first + i * PAGE_BYTES);
    const number = error === 'EPERM' ? constants.errno.EPERM : constants.errno.ENOSYS;
    const usual = report(['env'], holes, pages);
    const filtered = report([programs.compile('without_readv'), String(number)], holes, pages);
    expect(usual.readMethod).toBe('process_vm_readv');
    expect(usual.ok).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
    expect(usual.read).toEqual([8192, 8192 - 96, 4096 - 96, 0, 8192, 8192 - 96, 4096 - 96, 0]);
    expect(filtered).toEqual({ ...usual, readMethod: 'mem' });
  },
);

test('with few file descriptors, files are opened as they are read', async () => {
  const threads = await programs.start('threads', 100, 1);
  const few = report(['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'], threads, []);
  expect(few.method).toBe('schedstat+syscall');
  expect(few.stopped).toBe(1);
  expect(few.simultaneous).toBe(true);
});

// A kernel without run counters, drawn by laying another file over our own counter. Needs a mount namespace.
const hide = ['unshare', '-m', 'sh', '-c', 'echo 0 0 0 >"$0" && mount --bind "$0" /proc/$$/schedstat && exec "$@"'];
hide.push(programs.scratch('no-counter'));
const canHide = spawnSync(hide[0] ?? '', [...hide.slice(1), 'true']).status === 0;

test.skipIf(!canHide)('without run counters, context switches prove it', async () => {
  const threads = await programs.start('threads', 10, 1);
  const blind = report(hide, threads, []);
  expect(blind.method).toBe('switches+syscall');
  expect(blind.stopped).toBe(1);
  expect(blind.simultaneous).toBe(true);
  expect(blind.evidence.filter((evidence: number) => evidence === 1).length).toBe(11);
});
