import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import { requireSupportedMachine } from '../../src/process/platform.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const CORE = path('corefiles/segfault/3.12/core.gz');
const scratch = mkdtempSync(join(tmpdir(), 'pystack-platform-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A file for `node --require` that makes Node.js say it is another machine, or another version. */
function pretending(what: Record<string, unknown>): string {
  const file = join(scratch, `${Object.values(what).join('-').replace(/\W/g, '')}.cjs`);
  const lines = Object.entries(what).map(
    ([name, value]) => `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${JSON.stringify(value)} });`,
  );
  writeFileSync(file, lines.join('\n'));
  return file;
}

function start(machine: Record<string, unknown>, ...args: string[]) {
  const run = spawnSync(process.execPath, ['--require', pretending(machine), ...args], { encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

const STACK_TRACE = /^\s+at /m;

describe('elsewhere', () => {
  const MACHINES = [
    [{ platform: 'darwin', arch: 'arm64' }, 'this is macOS'],
    [{ platform: 'win32' }, 'this is Windows'],
    [{ platform: 'sunos' }, 'this is sunos'],
    [{ arch: 'riscv64' }, 'this is riscv64'],
    [{ arch: 'ppc64' }, 'this is ppc64'],
  ] as const;

  test.each(MACHINES)('%o: every command says so, and what to do', (machine, words) => {
    for (const command of [['remote', '1'], ['core', CORE], ['doctor'], ['snapshot', '1', '-o', join(scratch, 's')]]) {
      const { status, stdout, stderr } = start(machine, path('bin/pystack'), ...command);
      expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).toMatch(/\nCause: .*\nNext step: .*\n/);
      expect(stderr).not.toMatch(STACK_TRACE);
    }
  });

  test('help and version are for everybody', () => {
    for (const question of ['--help', '--version']) {
      expect(start({ platform: 'darwin' }, path('bin/pystack'), question)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test.each(MACHINES)('%o: the library is loaded, and its functions say so', (machine, words) => {
    const library = path('dist/index.cjs');
    const program = `
      const { inspectProcess, inspectCore, snapshotProcess, PystackError } = require(${JSON.stringify(library)});
      const calls = [() => inspectProcess(1), () => inspectCore(${JSON.stringify(CORE)}), () => snapshotProcess(1, ${JSON.stringify(join(scratch, 'library.core'))})];
      for (const call of calls) call().catch((error) => console.log(error instanceof PystackError, error.code, error.message));`;
    const { status, stdout, stderr } = start(machine, '-e', program);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain('true unsupported-platform');
    for (const line of lines) expect(line).toContain(words);
  });

  test('here nothing is said', () => {
    expect(() => requireSupportedMachine()).not.toThrow();
    expect(() => requireSupportedMachine({ platform: 'aix', arch: 'ppc64' })).toThrow(PystackError);
  });
});

describe('on an old Node.js', () => {
  const old = { versions: { node: '12.22.0' }, version: 'v12.22.0' };

  test('the command says which is needed', () => {
    const { status, stdout, stderr } = start(old, path('bin/pystack'), 'remote', '1');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/Node\.js 20 or newer is needed; this is v12\.22\.0 .*\nNext step: .*\n$/);
    expect(stderr).not.toMatch(STACK_TRACE);
  });

  test('so does the library, however it is loaded', () => {
    const message = 'Node.js 20 or newer is needed; this is v12.22.0';
    const required = `try { require(${JSON.stringify(path('dist/index.cjs'))}); } catch (error) { console.log(error.message); }`;
    expect(start(old, '-e', required).stdout).toContain(message);
    const imported = `import(${JSON.stringify(path('dist/index.js'))}).catch((error) => console.log(error.message));`;
    expect(start(old, '-e', imported).stdout).toContain(message);
  });
});
