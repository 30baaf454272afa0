/** Does everything that can go wrong with a process end in one clear error, from the library and from the command? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { runPystack } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

async function expectError(pid: number, code: ErrorCode): Promise<void> {
  for (const mode of MODES) {
    await expect(inspectProcess(pid, { mode })).rejects.toMatchObject({ name: 'PystackError', code });
  }
  const { code: status, stdout, stderr } = await runPystack(['remote', `${pid}`]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`${pid}`);
  expect(stderr).not.toMatch(/\n\s+at /);
}

test('no such process', async () => {
  const gone = spawn('true');
  await new Promise((resolve) => gone.once('close', resolve));
  if (gone.pid === undefined) throw new Error('true did not start');
  await expectError(gone.pid, 'no-such-process');
});

test('a zombie', () =>
  withProgram(anyInterpreter(), 'zombie.py', {}, (program) => expectError(Number(program.ready['zombie']), 'zombie')));

test('a kernel thread', async (context) => {
  const name = kernelThreadName();
  if (name === null) context.skip('no kernel thread to be seen here, as in most containers');
  await expectError(2, 'kernel-thread');
});

test('a thread id instead of a process id', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['2', '1'] }, async (program) => {
    const tid = program.ready.threads?.[0]?.tid;
    if (typeof tid !== 'number') throw new Error('the program did not tell its thread ids');
    await expectError(tid, 'thread-id');
  }));

test('not a Python process', async () => {
  const sleeping = spawn('sleep', ['60']);
  try {
    if (sleeping.pid === undefined) throw new Error('sleep did not start');
    await expectError(sleeping.pid, 'not-python');
  } finally {
    sleeping.kill('SIGKILL');
  }
});

test('a process that exits while it is looked at', async () => {
  await withProgram(anyInterpreter(), 'many_threads.py', { args: ['50', '20'] }, async (program) => {
    setTimeout(() => program.signal('SIGKILL'), 30);
    // Whichever step it is caught in, the command ends by itself with an outcome of the list.
    const { code, signal, stderr } = await runPystack(['remote', `${program.pid}`]);
    expect(signal).toBeNull();
    expect([0, 1, 3]).toContain(code);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

/** What comes of calls of the bundled `library` in a worker thread of this process. */
async function inWorker(calls: readonly string[]): Promise<unknown[]> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
    logLevel: 'error',
    // The addon is found from where the built library lies.
    define: { 'import.meta.url': JSON.stringify(new URL('../../dist/index.cjs', import.meta.url).href) },
  });
  const code = `${outputFiles[0]?.text}
    // A scope of its own: the bundle may use these names.
    (() => {
    const library = module.exports;
    const told = ({ name, code, message, details }) => ({ name, code, message, details });
    const settled = (call) => call.then(({ threads }) => ({ threads: threads.length }), told);
    Promise.all([${calls.map((call) => `settled(${call})`).join()}]).then((all) =>
      require('node:worker_threads').parentPort.postMessage(all));
    })();`;
  const worker = new Worker(code, { eval: true });
  try {
    const [message] = await once(worker, 'message');
    return message;
  } finally {
    await worker.terminate();
  }
}

test('from a worker thread, no live process is looked at', async () => {
  const calls = [
    ...MODES.map((mode) => `library.inspectProcess(process.pid, { mode: '${mode}' })`),
    "library.inspectProcess(process.pid, { native: 'all', locals: true })",
    `library.snapshotProcess(process.pid, ${JSON.stringify(join(tmpdir(), 'pystack-never-written'))})`,
  ];
  const refused = {
    name: 'PystackError',
    code: 'not-main-thread',
    message: 'a live process can only be looked at from the main thread of Node.js',
    details: {
      cause: 'this call came from a worker thread',
      nextStep: expect.stringContaining('from the main thread, or run `pystack remote --json`'),
    },
  };
  expect(await inWorker(calls)).toEqual(calls.map(() => expect.objectContaining(refused)));
});

test('from a worker thread, a core is read as anywhere', async () => {
  const core = fileURLToPath(new URL('../../corefiles/segfault/3.12/core.gz', import.meta.url));
  const [seen] = await inWorker([`library.inspectCore(${JSON.stringify(core)})`]);
  expect(seen).toEqual({ threads: (await inspectCore(core)).threads.length });
});

test('a process that Node forked has a main thread of its own: the library works there', () =>
  withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
    const library = fileURLToPath(new URL('../../dist/index.cjs', import.meta.url));
    const code = `require(${JSON.stringify(library)}).inspectProcess(${pid}).then(({ threads }) => process.send(threads.length))`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [threads] = await once(child, 'message');
    expect(threads).toBe(1);
  }));

function kernelThreadName(): string | null {
  try {
    const comm = readFileSync('/proc/2/comm', 'utf8').trim();
    return comm === 'kthreadd' ? comm : null;
  } catch {
    return null;
  }
}
