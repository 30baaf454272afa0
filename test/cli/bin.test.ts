/** bin/pystack as a process: what only shows from outside. The program must be built (`npm run build:js`). */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { PYSTACK, RUNNER } from '../support/command.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'bin/pystack');
const scratch = mkdtempSync(join(tmpdir(), 'pystack-bin-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function start(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 120_000 });
  return { status, stdout, stderr };
}

describe('before the program is loaded', () => {
  test('--version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(start(BIN, '--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('an old Node.js is told so', () => {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } });";
    const { status, stdout, stderr } = start('-e', `${old} require(${JSON.stringify(BIN)})`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/Node\.js 20 or newer is needed.*\nNext step: /);
  });

  test('a checkout that is not built says how to', () => {
    cpSync(join(ROOT, 'bin'), join(scratch, 'bin'), { recursive: true });
    const { status, stderr } = start(join(scratch, 'bin/pystack'), 'remote', '1');
    expect(status).toBe(1);
    expect(stderr).toMatch(/not built yet\nNext step: npm ci && npm run build/);
  });
});

describe.skipIf(!existsSync(join(ROOT, 'dist/cli.cjs')))('what V8 compiled', () => {
  const copy = join(scratch, 'compiled');
  const dist = join(copy, 'dist');
  const look = () => start(join(copy, 'bin/pystack'), 'core', join(ROOT, 'corefiles/segfault/3.12/core.gz'));
  const caches = () => readdirSync(dist).filter((name) => name.endsWith('.cache'));

  test('is kept by the first look of a package, and used by the next; a damaged one is replaced', () => {
    mkdirSync(dist, { recursive: true });
    cpSync(join(ROOT, 'bin'), join(copy, 'bin'), { recursive: true });
    for (const name of ['package.json', 'dist/cli.cjs', 'build/Release'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    expect(start(join(copy, 'bin/pystack'), '--help').status).toBe(0);
    expect(caches()).toEqual([]);
    const first = look();
    const [cache = ''] = caches();
    expect(cache).toBe(`cli-${process.versions.v8}-${process.arch}.cache`);
    const kept = statSync(join(dist, cache));
    expect(kept.size).toBeGreaterThan(100_000);
    expect(look()).toEqual(first);
    expect(statSync(join(dist, cache)).ino).toBe(kept.ino);
    writeFileSync(join(dist, cache), 'damaged');
    expect(look()).toEqual(first);
    expect(statSync(join(dist, cache)).size).toBeGreaterThan(100_000);
    expect(caches()).toEqual([cache]);
  });

  test('is not kept where nothing can be written, and nothing is said', () => {
    rmSync(join(dist, caches()[0] ?? ''));
    // Pretended, since permissions would not keep root out.
    const code = `
      const fs = require('node:fs');
      const { writeFileSync } = fs;
      fs.writeFileSync = (name, ...rest) => {
        if (String(name).includes('.cache')) throw Object.assign(new Error('EROFS: read-only'), { code: 'EROFS' });
        return writeFileSync(name, ...rest);
      };`;
    writeFileSync(join(copy, 'read-only.cjs'), code);
    const core = join(ROOT, 'corefiles/segfault/3.12/core.gz');
    const { status, stderr } = start('--require', join(copy, 'read-only.cjs'), join(copy, 'bin/pystack'), 'core', core);
    expect([0, 3]).toContain(status);
    expect(stderr).not.toMatch(/EROFS|read-only/);
    expect(caches()).toEqual([]);
  });
});

describe.skipIf(!existsSync(join(ROOT, 'dist/cli.cjs')))('the program', () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(RUNNER, [PYSTACK, ...args], { encoding: 'utf8', timeout: 120_000 });
    return { status, stdout, stderr };
  };

  test('help, usage errors and unknown processes', () => {
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(run('remote', 'x')).toMatchObject({ status: 2, stdout: '' });
    const { status, stderr } = run('remote', '4194304');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^pystack: .*4194304.*\nCause: .*\nNext step: .*\n$/);
  });

  test('an answer to a closed pipe is quiet, on both streams', () => {
    const quiet = (redirection: string) =>
      spawnSync('bash', ['-c', `"$0" "$1" --help ${redirection}; echo "\${PIPESTATUS[0]}"`, RUNNER, PYSTACK], {
        encoding: 'utf8',
      });
    expect(quiet('| exec true')).toMatchObject({ stdout: '0\n', stderr: '' });
    expect(quiet('>&-')).toMatchObject({ stderr: expect.not.stringContaining('    at ') });
    const usage = spawnSync(
      'bash',
      ['-c', `"$0" "$1" remote x 2>&1 >&2 | exec true; echo "\${PIPESTATUS[0]}"`, RUNNER, PYSTACK],
      {
        encoding: 'utf8',
      },
    );
    expect(usage).toMatchObject({ stdout: '2\n', stderr: '' });
  });

  test('a full disk is an error', () => {
    const { status, stderr } = spawnSync('bash', ['-c', '"$0" "$1" --help > /dev/full', RUNNER, PYSTACK], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot be written\nCause: ENOSPC/);
  });
});
