/**
 * A Python that was started otherwise than by its name, and processes that are taken for one: through the dynamic loader,
 * by a shell that waits for it, by another implementation.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PystackError } from '../../src/errors.js';
import { inspectProcess } from '../../src/inspect.js';
import { expectOracle } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { programPath, until, withProgram } from '../support/target.js';

const LOADER = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find((path) => existsSync(path));

function refusal(pid: number): Promise<PystackError> {
  return inspectProcess(pid).then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error as PystackError,
  );
}

describe.skipIf(!LOADER)('where there is a dynamic loader', () => {
  onEveryInterpreter('started through it: the program is not the executable', (interpreter, context) => {
    // One that brings a loader of its own does not run with this one.
    if (spawnSync(LOADER ?? '', [interpreter.executable, '-c', '']).status !== 0)
      context.skip('it needs another loader');
    return withProgram(interpreter, 'idle.py', { through: [LOADER ?? ''] }, async (program) => {
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        expectOracle(snapshot, program);
        expect(snapshot.python?.library).toContain('python');
      }
    });
  });
});

test('a parent is told from the Python that it started', async () => {
  const { executable } = anyInterpreter();
  const shell = spawn('sh', ['-c', '"$0" "$1"; true', executable, programPath('idle.py')], { detached: true });
  try {
    let text = '';
    shell.stdout.on('data', (chunk) => (text += chunk));
    await until('its child is ready', () => text.includes('ready'));
    const { pid } = JSON.parse(/^ready (.*)$/m.exec(text)?.[1] ?? '{}');
    const { code, details } = await refusal(shell.pid ?? 0);
    expect(code).toBe('not-python');
    expect(details.nextStep).toMatch(
      new RegExp(`^look at the Python that it started \\(.*\\): pystack remote ${pid}$`),
    );
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGKILL');
  }
});

/** By what they are called on PATH, with a script each of them understands. */
const OTHERS = [
  ['pypy3', 'PyPy'],
  ['micropython', 'MicroPython'],
] as const;

for (const [command, name] of OTHERS) {
  const isThere = spawnSync(command, ['-c', '']).status === 0;
  test.skipIf(!isThere)(`${name} is named (skipped where it is not installed)`, async () => {
    const child = spawn(command, ['-c', 'import time\nprint("ready")\ntime.sleep(600)'], { stdio: 'ignore' });
    try {
      const maps = () => readFileSync(`/proc/${child.pid}/maps`, 'utf8');
      await until('it is loaded', () => maps().includes(name.toLowerCase()));
      const { code, message } = await refusal(child.pid ?? 0);
      expect({ code, message }).toEqual({
        code: 'unsupported-interpreter',
        message: `process ${child.pid} runs ${name}, not CPython`,
      });
    } finally {
      child.kill('SIGKILL');
    }
  });
}
