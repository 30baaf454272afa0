/**
 * How does a test get a Python that was built otherwise? The static library that an interpreter's installation brings is
 * linked into programs of every kind that linkers make, and then less and less is left in them of what helps to find it.
 * What is made is kept (test/support/kept.ts).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interpreter } from '../support/interpreters.js';
import { identityOf, keptFile, textOf } from '../support/kept.js';

const SOURCES = fileURLToPath(new URL('programs', import.meta.url));

/** Kinds of programs, and the linker's words for them. */
export const LINKAGES = {
  'non-PIE': ['-no-pie'],
  PIE: ['-pie', '-fPIE'],
  'PIE that exports': ['-pie', '-fPIE', '-rdynamic'],
  static: ['-static'],
  'static-PIE': ['-static-pie', '-fPIE'],
  // Oddly laid out: far from where programs are, code and constants on the same pages; pages of 2 MiB.
  rebased: ['-no-pie', '-Wl,-Ttext-segment=0x20000000', '-Wl,-z,noseparate-code'],
  'PIE of large pages': ['-pie', '-fPIE', '-Wl,-z,max-page-size=0x200000', '-Wl,-z,norelro'],
} as const;
export type Linkage = keyof typeof LINKAGES;

/** The program `kind` of that interpreter; null with a reason where this machine cannot make it. */
export function linked(interpreter: Interpreter, linkage: Linkage): string | { reason: string } {
  const library = staticLibrary(interpreter);
  const { headers } = interpreter;
  if (!library || !headers) return { reason: 'its static library or headers are not installed' };
  const source = join(SOURCES, 'python_main.c');
  const flags = ['-O1', '-w', `-I${headers}`, ...LINKAGES[linkage]];
  const parts = [identityOf(library), identityOf(join(headers, 'pyconfig.h')), textOf(source), ...flags];
  const libraries = ['-Wl,--start-group', library, '-lm', '-ldl', '-lutil', '-lpthread', '-Wl,--end-group'];
  try {
    return keptFile('builds', parts, (path) => {
      execFileSync('cc', [...flags, '-o', path, source, ...libraries], { stdio: ['ignore', 'ignore', 'pipe'] });
    });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error);
    return { reason: `it cannot be linked: ${said.trim().split('\n').at(-1)}` };
  }
}

/** `libpython3.12.a` below the installation; null without one. */
function staticLibrary({ executable, version }: Interpreter): string | null {
  const lib = join(dirname(dirname(executable)), 'lib');
  const folder = join(lib, `python${version.major}.${version.minor}`);
  const configs = existsSync(folder) ? readdirSync(folder).filter((name) => /^config-[\d.m]+(-|$)/.test(name)) : [];
  for (const config of configs) {
    const found = readdirSync(join(folder, config)).find((name) => /^libpython[\d.m]+\.a$/.test(name));
    if (found) return join(folder, config, found);
  }
  return null;
}

/** A shared libpython of that interpreter; null where it has none. */
export function sharedLibrary({ executable }: Interpreter): string | null {
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
  return /=> (\S*\/libpython\S+) /.exec(stdout ?? '')?.[1] ?? null;
}

/** A C program beside this file, compiled into `folder`. */
export function compiled(name: string, folder: string): string {
  const path = join(folder, name);
  execFileSync('cc', ['-O1', '-Wall', '-o', path, join(SOURCES, `${name}.c`), '-ldl'], { stdio: 'inherit' });
  return path;
}

/** A copy without symbol tables; one that needs none to be loaded loses `.dynsym` with them. */
export function stripped(program: string, folder: string): string {
  const path = join(folder, 'stripped');
  copyFileSync(program, path);
  execFileSync('strip', ['--strip-all', path]);
  return path;
}

/** Takes the section headers away, too: nothing that runs needs e_shoff, e_shnum, e_shstrndx. */
export function withoutSections(program: string): void {
  const file = openSync(program, 'r+');
  writeSync(file, new Uint8Array(8), 0, 8, 40);
  writeSync(file, new Uint8Array(4), 0, 4, 60);
  closeSync(file);
}
