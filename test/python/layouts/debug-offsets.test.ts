/** Is the interpreter's own table read in the right order, believed only when it can be right, and laid over the row? */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/memory/address.js';
import { toAddress } from '../../../src/memory/address.js';
import { CorruptData, MemoryFault, type MemoryReader } from '../../../src/memory/reader.js';
import {
  DEBUG_COOKIE,
  type DebugOffsets,
  layoutFromDebugOffsets,
  readDebugOffsets,
} from '../../../src/python/layouts/debug-offsets.js';
import { DEBUG_TABLES } from '../../../src/python/layouts/debug-tables.js';
import { layoutFor } from '../../../src/python/layouts/index.js';
import type { Layout } from '../../../src/python/layouts/layout.js';
import { findInterpreters } from '../../support/interpreters.js';
import { withRuntime } from '../../support/layouts.js';
import { findHeaders } from './headers.js';
import { compileProbes } from './offsetof.js';
import { prelude } from './prelude.js';
import { sizeOf, start } from './probes.js';

const RUNTIME = toAddress(0x10000);

/** Memory that holds these bytes at RUNTIME and nothing else. */
function memoryOf(bytes: Uint8Array): MemoryReader {
  return {
    read(address: Address, size: number): DataView {
      const from = address - RUNTIME;
      if (from < 0 || from + size > bytes.length) throw new MemoryFault(address, size);
      return new DataView(bytes.buffer, bytes.byteOffset + from, size);
    },
  };
}

type Numbers = Record<string, Record<string, number>>;

/** A table as an interpreter of that version would have it, from its row. */
function plausible(version: string, freeThreaded = false): Numbers {
  const [major, minor] = version.split('.').map(Number);
  const row = withRuntime(layoutFor(major ?? 0, minor ?? 0, null, { freeThreaded }));
  if (row?.frames.kind !== 'interpreter-frames') throw new Error('no row');
  const numbers: Numbers = {};
  for (const [section, fields] of sectionsOf(version)) {
    const values: Record<string, number> = {};
    // A place of its own for each field; what matters is overwritten below.
    fields.forEach(([field, kind], index) => {
      values[field] = kind === 'size' ? 1024 : 8 * (index + 1);
    });
    numbers[section] = values;
  }
  const gil = 8192;
  Object.assign(numbers['interpreter_state'] ?? {}, {
    size: 2 ** 19,
    gc: 256,
    threads_head: row.PyInterpreterState.threads_head,
    ceval_gil: row.gil.kind === 'interpreter' ? row.gil['ceval.gil'] : 0,
    gil_runtime_state: gil,
    gil_runtime_state_enabled: 0,
    gil_runtime_state_locked: gil + row.gil.fields.locked,
    gil_runtime_state_holder: gil + row.gil.fields.last_holder,
    ...(version === '3.13' || freeThreaded ? {} : { tlbc_generation: 0 }),
  });
  Object.assign(numbers['gc'] ?? {}, { size: 200, collecting: row.gc.collecting - 256 });
  Object.assign(numbers['pyobject'] ?? {}, { size: row.PyObject.sizeof, ob_type: row.PyObject.ob_type });
  Object.assign(numbers['runtime_state'] ?? {}, { size: 2 ** 19 });
  if (row.gc.collecting - 256 > 196) Object.assign(numbers['interpreter_state'] ?? {}, { gc: row.gc.collecting - 8 });
  if (row.gc.collecting - 256 > 196) Object.assign(numbers['gc'] ?? {}, { collecting: 8 });
  return numbers;
}

function sectionsOf(version: string) {
  const table = DEBUG_TABLES.find((known) => known.version === version) ?? DEBUG_TABLES.at(-1);
  if (!table) throw new Error('no table');
  return table.sections;
}

function encode(
  version: string,
  numbers: Numbers,
  { hex = hexOf(version), freeThreaded = 0, cookie = DEBUG_COOKIE } = {},
) {
  const words = sectionsOf(version).flatMap(([section, fields]) => fields.map(([field]) => numbers[section]?.[field]));
  const bytes = new Uint8Array(24 + words.length * 8);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(cookie));
  view.setBigUint64(8, BigInt(hex), true);
  view.setBigUint64(16, BigInt(freeThreaded), true);
  words.forEach((word, index) => {
    view.setBigUint64(24 + index * 8, BigInt(word ?? 0), true);
  });
  return bytes;
}

function hexOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 2 ** 24 + minor * 2 ** 16 + 0x01f0;
}

const versions = DEBUG_TABLES.map(({ version }) => version);

describe.each(versions)('a table of %s', (version) => {
  it('is read', () => {
    const table = readDebugOffsets(memoryOf(encode(version, plausible(version))), RUNTIME);
    expect(table?.version).toEqual({ major: 3, minor: Number(version.split('.')[1]), patch: 1 });
    expect(table?.freeThreaded).toBe(false);
    expect(table?.readAs).toBe(version);
    expect(Object.fromEntries(table?.sections.get('thread_state') ?? [])).toEqual(plausible(version)['thread_state']);
  });

  it('says whether the build is free-threaded', () => {
    const bytes = encode(version, plausible(version, true), { freeThreaded: 1 });
    expect(readDebugOffsets(memoryOf(bytes), RUNTIME)?.freeThreaded).toBe(true);
  });

  it('is refused field by field when a field lies outside its structure or is not aligned', () => {
    for (const [section, fields] of sectionsOf(version)) {
      for (const [field, kind] of fields) {
        if (kind === 'unused') continue;
        const path = `_Py_DebugOffsets.${section}.${field}`;
        const size = plausible(version)[section]?.['size'] ?? 0;
        const wrong =
          kind === 'size' ? [0, 1, 2 ** 40, Number.MAX_SAFE_INTEGER] : [size, size - 1 + (kind === 'byte' ? 1 : 0)];
        if (kind !== 'size' && kind !== 'byte') wrong.push((plausible(version)[section]?.[field] ?? 0) + 1, 2 ** 52);
        for (const value of wrong) {
          const numbers = plausible(version);
          Object.assign(numbers[section] ?? {}, { [field]: value });
          const read = () => readDebugOffsets(memoryOf(encode(version, numbers)), RUNTIME);
          expect(read, `${path} = ${value}`).toThrow(CorruptData);
          // A size that is too small is noticed where it is, or by what no longer fits into it.
          if (kind !== 'size') expect(read).toThrow(`${path} is ${value}`);
        }
      }
    }
  });

  it('is refused when the structures do not fit into one another', () => {
    const refused = (section: string, field: string, value: number): void => {
      const numbers = plausible(version);
      Object.assign(numbers[section] ?? {}, { [field]: value });
      const read = () => readDebugOffsets(memoryOf(encode(version, numbers)), RUNTIME);
      expect(read, `${section}.${field} = ${value}`).toThrow(CorruptData);
    };
    refused('interpreter_state', 'gc', (plausible(version)['interpreter_state']?.['size'] ?? 0) - 8);
    refused('interpreter_state', 'gil_runtime_state_locked', 8);
    refused('interpreter_state', 'gil_runtime_state_holder', 8192 + 2048);
    refused('interpreter_state', 'gil_runtime_state_enabled', 2 ** 33);
    refused('unicode_object', 'asciiobject_size', 2048);
  });

  it('goes over the row, which fills in the rest', () => {
    const numbers = plausible(version);
    Object.assign(numbers['thread_state'] ?? {}, { current_frame: 512 });
    const table = readDebugOffsets(memoryOf(encode(version, numbers)), RUNTIME);
    const row = withRuntime(layoutFor(3, Number(version.split('.')[1]), null));
    if (!table || !row) throw new Error('no table or row');
    const layout = withRuntime(layoutFromDebugOffsets(table, row));
    expect(layout.origin).toBe('debug-offsets');
    expect(layout.frames).toMatchObject({ tstate_current: 512 });
    expect(layout.PyTypeObject.tp_mro).toBe(row.PyTypeObject.tp_mro);
    expect(layout.gil.fields).toEqual(row.gil.fields);
    expect(layout.gc).toEqual(row.gc);
  });
});

describe('what is no table', () => {
  it('has no cookie', () => {
    const bytes = encode('3.13', plausible('3.13'), { cookie: 'xdebugpx' });
    expect(readDebugOffsets(memoryOf(bytes), RUNTIME)).toBeNull();
  });

  it.each([0, 0x030c01f0, 0x02ff0000, 0x040000f0, 2 ** 52])('has a version that cannot be: 0x%s', (hex) => {
    const bytes = encode('3.13', plausible('3.13'), { hex });
    expect(() => readDebugOffsets(memoryOf(bytes), RUNTIME)).toThrow(/_Py_DebugOffsets\.version is 0x/);
  });

  it('has a flag that is none', () => {
    const bytes = encode('3.13', plausible('3.13'), { freeThreaded: 7 });
    expect(() => readDebugOffsets(memoryOf(bytes), RUNTIME)).toThrow('free_threaded is 7');
  });

  it('ends in unmapped memory', () => {
    const bytes = encode('3.13', plausible('3.13')).subarray(0, 200);
    expect(() => readDebugOffsets(memoryOf(bytes), RUNTIME)).toThrow(MemoryFault);
  });
});

it('reads a version newer than known in the newest order, and says so', () => {
  const newest = versions.at(-1) ?? '';
  const bytes = encode(newest, plausible(newest), { hex: 0x036300a1 });
  const table = readDebugOffsets(memoryOf(bytes), RUNTIME);
  expect(table).toMatchObject({ version: { major: 3, minor: 99, patch: 0 }, readAs: newest });
});

it('takes what only newer tables tell from them', () => {
  const numbers = plausible('3.15');
  Object.assign(numbers['thread_state'] ?? {}, { current_exception: 648 });
  Object.assign(numbers['gen_object'] ?? {}, { gi_frame_state: 651 });
  const table = readDebugOffsets(memoryOf(encode('3.15', numbers)), RUNTIME);
  const row = layoutFor(3, 15, null);
  if (!table || !row) throw new Error('no table or row');
  const layout = layoutFromDebugOffsets(table, row);
  expect(layout.PyThreadState).toMatchObject({ current_exception: 648 });
  expect(layout.objects.generators).toMatchObject({ kind: 'inline-frame', gi_frame_state: 651 });
  // Only free-threaded builds have it.
  expect(layout.frames).not.toHaveProperty('_PyInterpreterFrame.tlbc_index');
});

it('moves what the table does not tell along with a longer object header', () => {
  const numbers = plausible('3.13');
  Object.assign(numbers['pyobject'] ?? {}, { size: 32 });
  const table = readDebugOffsets(memoryOf(encode('3.13', numbers)), RUNTIME);
  const row = layoutFor(3, 13, null);
  if (!table || !row) throw new Error('no table or row');
  expect(layoutFromDebugOffsets(table, row).PyTypeObject.tp_mro).toBe(row.PyTypeObject.tp_mro + 16);
});

describe('the order of the fields', () => {
  const headers = findHeaders()
    .headers.filter(({ major, minor }) => major === 3 && minor >= 13)
    .map((found) => ({ found, label: `${found.major}.${found.minor}.${found.patch}` }));
  it.skipIf(headers.length === 0).each(headers)('is that of $label', ({ found }) => {
    const sections = sectionsOf(`${found.major}.${found.minor}`);
    const fields = sections.flatMap(([section, names]) => names.map(([name]) => `${section}.${name}`));
    const probes = [...fields.map((field) => start('_Py_DebugOffsets', field)), sizeOf('_Py_DebugOffsets')];
    const answers = compileProbes(found, prelude(found.major * 100 + found.minor), probes).map(({ number }) => number);
    expect(answers).toEqual([...fields, 'end'].map((_, index) => 24 + index * 8));
  });
});

describe('the table in the file', () => {
  const interpreters = findInterpreters().filter(({ version }) => version.minor >= 13 && version.major === 3);
  if (interpreters.length === 0) it.skip('no Python 3.13 or newer found');
  it.each(interpreters)('of $label agrees with the row', (interpreter) => {
    const { major, minor, patch } = interpreter.version;
    const row = layoutFor(major, minor, patch, { freeThreaded: interpreter.freeThreaded });
    if (row === null) throw new Error('no row');
    const table = tableInFile(interpreter.shared ? libraryOf(interpreter.executable) : interpreter.executable);
    expect(table.version).toEqual(interpreter.version);
    expect(table.freeThreaded).toBe(interpreter.freeThreaded);
    const layout = layoutFromDebugOffsets(table, row);
    expect(withoutSizes(layout)).toEqual({ ...withoutSizes(row), origin: 'debug-offsets' });
  });
});

/** The structures to which patch releases append. */
function withoutSizes(layout: Layout): Layout {
  return {
    ...layout,
    PyThreadState: { ...layout.PyThreadState, sizeof: 0 },
  };
}

/** `<prefix>/lib/libpython3.x*.so.1.0` of `<prefix>/bin/python3.x`. */
function libraryOf(executable: string): string {
  const [, prefix, name, suffix] = /^(.*)\/bin\/(python\d\.\d+)(\w*)$/.exec(executable) ?? [];
  return `${prefix}/lib/lib${name}${suffix}.so.1.0`;
}

/** The initial value of _PyRuntime in an ELF file begins with the cookie; the string constant does too. */
function tableInFile(path: string): DebugOffsets {
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf(DEBUG_COOKIE); at >= 0; at = bytes.indexOf(DEBUG_COOKIE, at + 1)) {
    try {
      const table = readDebugOffsets(memoryOf(new Uint8Array(bytes.subarray(at, at + 4096))), RUNTIME);
      if (table) return table;
    } catch (error) {
      if (!(error instanceof CorruptData)) throw error;
    }
  }
  throw new Error(`no _Py_DebugOffsets in ${path}`);
}
