/**
 * What does the C compiler say? Turns probes into a C program, compiles it against one version's headers (internal ones
 * included) and returns the numbers.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { keptFile } from '../../support/kept.js';
import type { Probe } from './probes.js';

/** The headers of one Python. */
export interface Headers {
  /** The folder that holds Python.h. */
  readonly include: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** `Py_DEBUG` in its pyconfig.h. */
  readonly debug: boolean;
  /** `Py_TRACE_REFS` in its pyconfig.h. */
  readonly traceRefs: boolean;
  /** `Py_GIL_DISABLED` in its pyconfig.h. */
  readonly freeThreaded: boolean;
}

/** Reads patchlevel.h. null: no headers there, or not the internal ones, of which every version from 3.7 has some. */
export function headersAt(include: string): Headers | null {
  const patchlevel = join(include, 'patchlevel.h');
  if (!existsSync(patchlevel) || !existsSync(join(include, 'pyconfig.h'))) return null;
  const text = readFileSync(patchlevel, 'utf8');
  const number = (name: string): number => Number(new RegExp(`#define ${name}\\s+(\\d+)`).exec(text)?.[1]);
  const major = number('PY_MAJOR_VERSION');
  const minor = number('PY_MINOR_VERSION');
  if (major === 3 && minor >= 7 && !existsSync(join(include, 'internal'))) return null;
  const config = readFileSync(join(include, 'pyconfig.h'), 'utf8');
  // Debian's is a fork in the road to one file an architecture.
  const debug = /^#define Py_DEBUG 1/m.test(config) || /\dd$/.test(include);
  const traceRefs = /^#define Py_TRACE_REFS 1/m.test(config);
  const freeThreaded = /^#define Py_GIL_DISABLED 1/m.test(config);
  return { include, major, minor, patch: number('PY_MICRO_VERSION'), debug, traceRefs, freeThreaded };
}

/** What C says of a probe: its number, and the size of the member where there is one. */
export interface Answer {
  readonly number: number;
  readonly width: number | null;
}

/** The numbers behind the probes, in their order. Throws with the compiler's own words when it refuses. */
export function compileProbes(
  headers: Headers,
  prelude: string,
  probes: readonly Probe[],
  flags: readonly string[] = [],
): Answer[] {
  const source = program(prelude, probes);
  // What the headers say depends on the C library's headers too, which go with the compiler.
  const parts = [compilerVersion(), headersHash(headers), source, ...flags];
  const output = readFileSync(
    keptFile('offsets', parts, (path) => writeFileSync(path, run(headers, source, flags))),
    'utf8',
  );
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [number, width] = line.split(' ');
      return { number: Number(number), width: width === '-' ? null : Number(width) };
    });
}

/** Compiles the program and runs it; what it prints. */
function run(headers: Headers, source: string, flags: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'offsetof-'));
  try {
    const file = join(folder, 'offsets.c');
    writeFileSync(file, source);
    const internal = headers.minor >= 8 ? ['-I', join(headers.include, 'internal')] : [];
    const options = [
      '-w',
      '-O0',
      '-DPy_BUILD_CORE=1',
      '-DNDEBUG',
      ...flags,
      '-I',
      headers.include,
      ...internal,
      // Another system's root may have its C library's headers there too; ours go before them.
      '-idirafter',
      dirname(headers.include),
    ];
    execFileSync('cc', [...options, '-o', join(folder, 'offsets'), file], { stdio: ['ignore', 'ignore', 'pipe'] });
    return execFileSync(join(folder, 'offsets'), { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const versions: string[] = [];

function compilerVersion(): string {
  versions[0] ??= execFileSync('cc', ['--version'], { encoding: 'utf8' });
  return versions[0];
}

const hashes = new Map<string, string>();

/** Of every header of that Python. */
function headersHash({ include }: Headers): string {
  let hash = hashes.get(include);
  if (hash === undefined) {
    const names = readdirSync(include, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.h'));
    const sum = createHash('sha256');
    for (const name of names.sort())
      sum
        .update(`${name}\0`)
        .update(readFileSync(join(include, name)))
        .update('\0');
    hash = sum.digest('hex');
    hashes.set(include, hash);
  }
  return hash;
}

function program(prelude: string, probes: readonly Probe[]): string {
  return `${prelude}
#include <stddef.h>
#include <stdio.h>
#include <string.h>
int main(void) {
${probes.map(statement).join('\n')}
  return 0;
}
`;
}

function statement(probe: Probe): string {
  switch (probe.kind) {
    case 'offset': {
      const offset = `(long)offsetof(${probe.struct}, ${probe.member})`;
      return !probe.isScalar
        ? `  printf("%ld -\\n", ${offset});`
        : `  printf("%ld %ld\\n", ${offset}, (long)sizeof(((${probe.struct} *)0)->${probe.member}));`;
    }
    case 'value':
      return `  printf("%ld -\\n", (long)(${probe.c}));`;
    case 'shift':
      return `  { ${probe.struct} s; unsigned long word = 0; memset(&s, 0, sizeof s); s.${probe.member} = 1;
    memcpy(&word, (char *)&s + offsetof(${probe.struct}, ${probe.container}), ${probe.bytes});
    printf("%d -\\n", word ? __builtin_ctzl(word) : -1); }`;
  }
}
