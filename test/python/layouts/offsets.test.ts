/**
 * Is every number of every row what the C compiler makes of CPython's own headers? Each row is compared with the
 * headers of every Python found, in the builds that can be had of them by a macro. Versions without headers here are
 * counted and printed; a number that no probe covers fails.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Build } from '../../../src/python/layouts/builds.js';
import { type Scalar, WIDTHS } from '../../../src/python/layouts/c-types.js';
import { exceptionFieldsOf, TP_STR_BEHIND_REPR } from '../../../src/python/layouts/exception-fields.js';
import { FIELD_TYPES } from '../../../src/python/layouts/field-types.js';
import { from } from '../../../src/python/layouts/from.js';
import { layoutFor, SUPPORTED_VERSIONS } from '../../../src/python/layouts/index.js';
import type { Layout } from '../../../src/python/layouts/layout.js';
import { PyCriticalSection, PyTryBlock, stoptheworld, waitFieldsOf } from '../../../src/python/layouts/wait-fields.js';
import { differenceOf } from './difference.js';
import { constantProbes, exceptionProbes, WIDTHS_OF_FURTHER, waitProbes } from './further-probes.js';
import { findHeaders } from './headers.js';
import { layoutProbes } from './layout-probes.js';
import { compileProbes, type Headers } from './offsetof.js';
import { probes2_7, probes3_6 } from './old-probes.js';
import { AARCH64_MUTEX, prelude } from './prelude.js';
import type { Probe } from './probes.js';
import { isProbe, leavesOf } from './tree.js';

/** Builds that differ from the ordinary one by what the compiler is told. */
interface Flavour {
  readonly name: string;
  readonly build: Partial<Build>;
  readonly flags: readonly string[];
  readonly before: string;
  readonly exists: (version: number) => boolean;
}

const FLAVOURS: readonly Flavour[] = [
  { name: 'ordinary', build: {}, flags: [], before: '', exists: () => true },
  { name: 'AArch64', build: { machine: 'aarch64' }, flags: [], before: AARCH64_MUTEX, exists: () => true },
  {
    name: 'Py_TRACE_REFS',
    build: { traceRefs: true },
    flags: ['-DPy_TRACE_REFS=1'],
    before: '',
    // 3.13 keeps the list of all objects in a table instead.
    exists: (version) => version <= 312,
  },
  // What else Py_DEBUG changes lies behind everything that is read.
  { name: 'Py_DEBUG', build: {}, flags: ['-DPy_DEBUG=1'], before: '', exists: (version) => version >= 308 },
  {
    name: 'free-threaded',
    build: { freeThreaded: true },
    flags: ['-DPy_GIL_DISABLED=1'],
    before: '',
    exists: (version) => version >= 313,
  },
];

const { headers: found, without } = findHeaders();
const verified = new Set<string>();
const kinds = leavesOf(FIELD_TYPES) as Map<string, string>;

for (const headers of found) {
  const version = headers.major * 100 + headers.minor;
  const label = `${headers.major}.${headers.minor}.${headers.patch}`;
  if (rowOf(headers, {}) === null) continue;
  describe(`${label} (${headers.include})`, () => {
    // What pyconfig.h says cannot be unsaid.
    const flavours = FLAVOURS.filter(
      ({ exists, build }) =>
        exists(version) &&
        (!headers.freeThreaded || build.freeThreaded) &&
        (!headers.traceRefs || build.traceRefs || version > 312) &&
        !(headers.debug && build.traceRefs),
    );
    for (const flavour of flavours) {
      it(`has the row's numbers when ${flavour.name}`, () => {
        check(headers, flavour);
        verified.add(`${headers.major}.${headers.minor}`);
      });
      it(`has what tells of waits and exceptions where the headers say when ${flavour.name}`, () => {
        checkFurther(headers, flavour);
      });
    }
  });
}

it('tells the early releases of 3.7 apart', ({ skip }) => {
  const late = found.find(({ major, minor, patch }) => major === 3 && minor === 7 && patch >= 4);
  if (!late) return skip('no headers of 3.7');
  const include = join(mkdtempSync(join(tmpdir(), 'headers-')), 'python3.7m');
  try {
    cpSync(late.include, include, { recursive: true });
    const objimpl = join(include, 'objimpl.h');
    const text = readFileSync(objimpl, 'utf8');
    expect(text).toContain('long double dummy;');
    writeFileSync(objimpl, text.replace('long double dummy;', 'double dummy;'));
    for (const flavour of FLAVOURS.slice(0, 3)) check({ ...late, include, patch: 0 }, flavour);
  } finally {
    rmSync(join(include, '..'), { recursive: true });
  }
});

it('tells a row by its difference to any other', () => {
  // But that of 2.7, which is told whole: it has a null that is a value.
  const rows = SUPPORTED_VERSIONS.flatMap((version) => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major > 2 ? (layoutFor(major, minor, null) ?? []) : [];
  });
  expect(rows.length).toBeGreaterThan(9);
  for (const before of rows) {
    for (const after of rows) {
      const difference = differenceOf({ ...before }, { ...after }) as Parameters<typeof from>[1];
      expect(from(() => before, difference)()).toEqual(after);
    }
  }
});

it('has each row under its own version', () => {
  for (const version of SUPPORTED_VERSIONS) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    for (const patch of [0, null]) expect(layoutFor(major, minor, patch)?.version).toBe(version);
  }
});

it('assumes the newest patch release where it is not known', () => {
  expect(layoutFor(3, 7, null)).toEqual(layoutFor(3, 7, 17));
  expect(layoutFor(3, 7, 3)).not.toEqual(layoutFor(3, 7, 4));
  expect(layoutFor(3, 99, null)).toBeNull();
});

afterAll(() => {
  const unverified = SUPPORTED_VERSIONS.filter((version) => !verified.has(version));
  const lines = [`Layout rows verified against headers: ${[...verified].join(', ') || 'none'}`];
  if (unverified.length > 0) lines.push(`  no headers here of: ${unverified.join(', ')}`);
  for (const executable of without) lines.push(`  no internal headers with ${executable}`);
  process.stdout.write(`${lines.join('\n')}\n`);
});

/** Throws unless each number of the row is the compiler's, and no number is on one side only. */
function check(headers: Headers, flavour: Flavour): void {
  const version = headers.major * 100 + headers.minor;
  const row = rowOf(headers, flavour.build);
  if (row === null) throw new Error('no row');
  const { version: name, origin, longDouble, ...numbers } = row;
  expect(longDouble).toBe(flavour.build.machine === 'aarch64' ? 'quadruple' : undefined);
  expect(name).toBe(`${headers.major}.${headers.minor}`);
  expect(origin).toBe('row');
  const ours = leavesOf(numbers);
  const theirs = evaluate(headers, flavour, leavesOf(probesOf(version, flavour)));
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  const differences: string[] = [];
  for (const [path, { number, atLeast }] of theirs) {
    const our = ours.get(path);
    const right = atLeast ? Number(our) <= Number(number) : our === number;
    if (!right) differences.push(`${path}: the row has ${our}, the headers ${number}`);
  }
  expect(differences).toEqual([]);
}

/** Throws unless each number beside the row is the compiler's, and no number is on one side only. */
function checkFurther(headers: Headers, flavour: Flavour): void {
  const version = headers.major * 100 + headers.minor;
  const row = rowOf(headers, flavour.build);
  if (row === null) throw new Error('no row');
  const freeThreaded = flavour.build.freeThreaded ?? false;
  const constants = {
    PyTryBlock: version <= 310 ? PyTryBlock : undefined,
    PyCriticalSection: freeThreaded ? PyCriticalSection : undefined,
    stoptheworld: freeThreaded ? stoptheworld : undefined,
    tp_str: { behindRepr: TP_STR_BEHIND_REPR },
  };
  for (const [fields, probes] of [
    [waitFieldsOf(row) ?? {}, waitProbes(version, freeThreaded)],
    [exceptionFieldsOf(row), exceptionProbes(version)],
    [constants, constantProbes(version, freeThreaded)],
  ] as const) {
    const ours = leavesOf(fields);
    const tree = leavesOf(probes);
    const paths = [...tree].filter((entry): entry is [string, Probe] => isProbe(entry[1]));
    const source = flavour.before + prelude(version);
    const answers = compileProbes(
      headers,
      source,
      paths.map(([, probe]) => probe),
      flavour.flags,
    );
    const theirs = new Map<string, unknown>([...tree].filter(([, word]) => !isProbe(word)));
    paths.forEach(([path], index) => {
      const { number, width } = answers[index] ?? { number: null, width: null };
      theirs.set(path, number);
      if (width !== null) expect(`${path}: ${width}`).toBe(`${path}: ${WIDTHS_OF_FURTHER[path] ?? 8}`);
    });
    // Where a debug build has it, is not told: nobody is then said to have all threads stand still.
    if (headers.debug) for (const each of [ours, theirs]) each.delete('freeThreaded > stoptheworld');
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  }
}

function rowOf({ major, minor, patch }: Headers, build: Partial<Build>): Layout | null {
  return layoutFor(major, minor, patch, build);
}

function probesOf(version: number, flavour: Flavour): object {
  if (version === 207) return probes2_7();
  if (version === 306) return probes3_6();
  return layoutProbes(version, flavour.build.freeThreaded ?? false);
}

function evaluate(headers: Headers, flavour: Flavour, tree: Map<string, unknown>) {
  const version = headers.major * 100 + headers.minor;
  const paths = [...tree].filter((entry): entry is [string, Probe] => isProbe(entry[1]));
  const source = flavour.before + prelude(version);
  const probes = paths.map(([, probe]) => probe);
  const answers = compileProbes(headers, source, probes, flavour.flags);
  const result = new Map<string, { number: unknown; atLeast: boolean }>();
  for (const [path, word] of tree) if (!isProbe(word)) result.set(path, { number: word, atLeast: false });
  paths.forEach(([path, probe], index) => {
    const answer = answers[index];
    if (!answer) throw new Error(`the compiler gave no number for ${path}`);
    if (probe.kind === 'offset') {
      const kind = kinds.get(path);
      const width = kind !== undefined && kind in WIDTHS ? WIDTHS[kind as Scalar] : null;
      if (answer.width !== width) throw new Error(`${path} is ${answer.width} bytes wide, and not of type ${kind}`);
    }
    result.set(path, { number: answer.number, atLeast: probe.kind === 'value' && probe.atLeast });
  });
  return result;
}
