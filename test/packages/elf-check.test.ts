/**
 * Does the check of what is published refuse what would fail on somebody else's machine? Each case is a small shared
 * object, made here, with one fault.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { builtAddons } from '../../packaging/addons.mjs';
import { compilerIsHere } from '../../packaging/downloads.mjs';
import { checkAddon, newestGlibc } from '../../packaging/elf-check.mjs';
import { glibcSymbols, libcSymbols } from '../../packaging/libc-symbols.mjs';
import { TARGETS, targetNamed } from '../../packaging/targets.mjs';

const work = mkdtempSync(join(tmpdir(), 'pystack-elf-check-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const glibc = targetNamed('linux-x64-glibc');
const musl = targetNamed('linux-x64-musl');

/** A shared object of C source; its path. */
function sharedObject(name: string, source: string, ...flags: string[]): string {
  const file = join(work, `${name}.so`);
  writeFileSync(join(work, `${name}.c`), source);
  const args = ['-shared', '-fPIC', '-O1', '-w', '-o', file, join(work, `${name}.c`), ...flags];
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return file;
}

// The lists of what C libraries export come with the compiler that `npm run package` downloads.
describe.skipIf(!compilerIsHere() || process.arch !== 'x64')('an addon is refused', () => {
  test('that asks for a function which musl lacks, though nothing at the link says so', () => {
    const file = sharedObject(
      'error',
      'void error(int, int, const char *, ...); void f() { error(1, 0, ""); }',
      '-nostdlib',
    );
    expect(() => checkAddon(file, musl)).toThrow('asks for error, which musl lacks');
    const fine = sharedObject('puts', 'int puts(const char *); void f() { puts(""); }', '-nostdlib');
    expect(checkAddon(fine, musl)).toEqual({ needed: [], glibc: null });
  });

  test('that asks for a function younger than the oldest musl promised', () => {
    const file = sharedObject('younger', 'int gettid(void); int f() { return gettid(); }', '-nostdlib');
    expect(() => checkAddon(file, musl)).toThrow('asks for gettid, which musl lacks');
  });

  test('with either form of the table that says how many symbols there are', () => {
    for (const style of ['sysv', 'gnu']) {
      const file = sharedObject(
        style,
        'void error(void); void f() { error(); }',
        '-nostdlib',
        `-Wl,--hash-style=${style}`,
      );
      expect(() => checkAddon(file, musl), style).toThrow('asks for error');
    }
  });

  test('that asks for a newer glibc', () => {
    // Of 2.30; what this machine's glibc has decides nothing.
    const source = '__asm__(".symver gettid,gettid@GLIBC_2.30"); int gettid(void); int f() { return gettid(); }';
    const file = sharedObject('newer', source);
    expect(() => checkAddon(file, glibc)).toThrow(/asks for glibc 2\.30; 2\.28 is promised/);
  });

  test('that asks for what no library brings', () => {
    const file = sharedObject('nobody', 'int frobnicate(void); int f() { return frobnicate(); }');
    expect(() => checkAddon(file, glibc)).toThrow('asks for frobnicate, which glibc lacks');
  });

  test('that needs a library besides the C library', () => {
    const file = sharedObject('besides', 'int f;', '-Wl,--no-as-needed', '-lstdc++');
    expect(() => checkAddon(file, glibc)).toThrow(/needs libstdc\+\+\.so\.6.* besides the C library/);
  });

  test('with relocations in a form that older loaders do not know', () => {
    const source = 'static int x; int *p = &x;';
    const file = sharedObject('packed', source, '-nostdlib', '-Wl,-z,pack-relative-relocs');
    expect(() => checkAddon(file, musl)).toThrow('packed relocations');
  });

  test('of another processor', () => {
    expect(() => checkAddon(sharedObject('other', 'int f;', '-nostdlib'), targetNamed('linux-arm64-musl'))).toThrow(
      'is for machine 62, not 183',
    );
  });
});

describe.skipIf(!compilerIsHere())('what C libraries export', () => {
  test.for(TARGETS)('$name: with what every C library has, without what it has not', (target) => {
    const symbols = libcSymbols(target);
    const version = target.arch === 'x64' ? 'GLIBC_2.2.5' : 'GLIBC_2.17';
    const has = (name: string) => symbols.has(target.libc === 'musl' ? name : `${name}@${version}`);
    expect([has('malloc'), has('stderr'), has('frobnicate')]).toEqual([true, true, false]);
    expect(has('error')).toBe(target.libc === 'glibc');
    expect([...symbols].some((symbol) => symbol.endsWith('@GLIBC_2.30'))).toBe(false);
  });

  test.for(TARGETS)('$name: all that its addons ask for', (target, { skip }) => {
    const folder = builtAddons(target);
    if (folder === null) return skip(`the addons of ${target.name} are not built`);
    for (const name of ['pystack_native.node', 'pystack_unwind.node']) {
      expect(existsSync(join(folder, name))).toBe(true);
      expect(checkAddon(join(folder, name), target).needed.length).toBeGreaterThan(0);
    }
  });
});

test("glibc's lists: a name once for all its places, versions up to the one asked for", () => {
  const text = (name: string) => [...Buffer.from(`${name}\0`)];
  const bytes = Buffer.from([
    ...[2, ...text('c'), ...text('m')],
    ...[3, 2, 17, 0, 2, 28, 0, 2, 30, 0],
    ...[2, ...text('aarch64-linux-gnu'), ...text('x86_64-linux-gnu')],
    // Three entries for two functions: one on both architectures, one of 2.28 here and of 2.17 there.
    ...[3, 0, ...text('both'), 0b11, 0x80, 0x00, 0x82, ...text('one'), 0b10, 0x00, 0x81, 0b01, 0x80, 0x80],
    ...[1, 0, ...text('object'), 0b10, 8, 0x80, 0x80],
  ]);
  expect(glibcSymbols(bytes, 'x86_64-linux-gnu', '2.28')).toEqual(
    new Set(['both@GLIBC_2.17', 'one@GLIBC_2.28', 'object@GLIBC_2.17']),
  );
  expect(glibcSymbols(bytes, 'x86_64-linux-gnu', '2.30')).toContain('both@GLIBC_2.30');
  expect(glibcSymbols(bytes, 'aarch64-linux-gnu', '2.28')).toContain('one@GLIBC_2.17');
  expect(() => glibcSymbols(bytes, 'ppc64le-linux-gnu', '2.28')).toThrow('know no ppc64le-linux-gnu');
});

test('versions are compared as numbers', () => {
  expect(newestGlibc(['GLIBC_2.9', 'GLIBC_2.17', 'GLIBC_2.2.5', 'GLIBC_PRIVATE'])).toBe('2.17');
  expect(newestGlibc([])).toBeNull();
});
