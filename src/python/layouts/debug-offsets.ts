/**
 * What does the interpreter say of itself? Reads `_Py_DebugOffsets` (3.13+), checks it once as the untrusted input that
 * it is, and lays it over the row of its version: the row fills in what the table does not tell.
 */
import type { Address } from '../../memory/address.js';
import { offsetBy } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { bytesOf, CorruptData, pointerAt } from '../../memory/reader.js';
import { withObjectHeader } from './builds.js';
import { DEBUG_TABLES, type FieldKind, type Section } from './debug-tables.js';
import type { FrameLayout, GilLayout, Layout } from './layout.js';

/** The first eight bytes of `_PyRuntime`. */
export const DEBUG_COOKIE = 'xdebugpy';

export interface DebugOffsets {
  readonly version: { readonly major: number; readonly minor: number; readonly patch: number };
  /** `PY_VERSION_HEX` of the interpreter. */
  readonly versionHex: number;
  readonly freeThreaded: boolean;
  /** The version whose table order was used: the interpreter's own, or the newest known for a newer one. */
  readonly readAs: string;
  /** Section -> field -> number, in the table's own names. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** cookie, version, free_threaded */
const HEADER_BYTES = 24;

/**
 * Reads and validates the table at the start of `_PyRuntime`. null: there is none (no cookie: older than 3.13, or not
 * `_PyRuntime`). Throws CorruptData when it cannot be right, and what the reader throws.
 */
export function readDebugOffsets(memory: MemoryReader, runtimeAddress: Address): DebugOffsets | null {
  const header = memory.read(runtimeAddress, HEADER_BYTES);
  if (new TextDecoder('latin1').decode(bytesOf(header).subarray(0, 8)) !== DEBUG_COOKIE) return null;
  const versionHex = pointerAt(header, 8);
  const freeThreadedFlag = pointerAt(header, 16);
  const version = decodeVersionHex(versionHex);
  if (freeThreadedFlag > 1) throw new CorruptData(`_Py_DebugOffsets.free_threaded is ${freeThreadedFlag}, not 0 or 1`);
  const { version: readAs, sections } = tableOf(version);
  const count = sections.reduce((sum, [, fields]) => sum + fields.length, 0);
  const view = memory.read(offsetBy(runtimeAddress, HEADER_BYTES), count * 8);
  let at = 0;
  const numbers = new Map<string, ReadonlyMap<string, number>>();
  for (const [name, fields] of sections) {
    const values = new Map<string, number>();
    for (const [field] of fields) {
      values.set(field, pointerAt(view, at));
      at += 8;
    }
    numbers.set(name, values);
  }
  const table = { version, versionHex, freeThreaded: freeThreadedFlag === 1, readAs, sections: numbers };
  validateDebugOffsets(table);
  return table;
}

/** https://docs.python.org/3/c-api/apiabiversion.html: major, minor, patch, release level and serial. */
function decodeVersionHex(hex: number): DebugOffsets['version'] {
  const version = { major: Math.floor(hex / 2 ** 24), minor: (hex >>> 16) & 0xff, patch: (hex >>> 8) & 0xff };
  if (version.major !== 3 || version.minor < 13) {
    throw new CorruptData(`_Py_DebugOffsets.version is 0x${hex.toString(16)}, of no Python that has such a table`);
  }
  return version;
}

function tableOf({ major, minor }: DebugOffsets['version']): { version: string; sections: readonly Section[] } {
  const own = DEBUG_TABLES.find(({ version }) => version === `${major}.${minor}`) ?? DEBUG_TABLES.at(-1);
  if (!own) throw new Error('no table is known');
  return own;
}

/** Bytes; several times what the largest build of any version has. */
const SIZE_LIMITS: Readonly<Record<string, number>> = {
  runtime_state: 4 * 1024 * 1024,
  interpreter_state: 4 * 1024 * 1024,
  thread_state: 64 * 1024,
};
const OBJECT_SIZE_LIMIT = 16 * 1024;

const WIDTHS: Readonly<Record<Exclude<FieldKind, 'size' | 'unused'>, number>> = { pointer: 8, int: 4, byte: 1 };

/** Zero stands for "this build has none" in these. */
const ONLY_FREE_THREADED = new Set(['tlbc_generation', 'tlbc_index', 'co_tlbc']);

/**
 * Throws CorruptData, naming field, value and limit, unless every structure has a size within reason and every field
 * lies inside its structure, aligned as its type is.
 */
export function validateDebugOffsets(table: DebugOffsets): void {
  for (const [name, fields] of tableOf(table.version).sections) {
    const values = table.sections.get(name);
    const own = values?.get('size');
    const limit = SIZE_LIMITS[name] ?? OBJECT_SIZE_LIMIT;
    for (const [field, kind] of fields) {
      const value = values?.get(field);
      const path = `_Py_DebugOffsets.${name}.${field}`;
      if (value === undefined) throw new CorruptData(`${path} is missing`);
      if (kind === 'size') {
        if (value < 16 || value > limit) throw new CorruptData(`${path} is ${value}, not within 16 and ${limit}`);
      } else if (kind !== 'unused' && own !== undefined) {
        if (value === 0 && !table.freeThreaded && ONLY_FREE_THREADED.has(field)) continue;
        checkInside(path, value, WIDTHS[kind], own);
      }
    }
  }
  checkNested(table);
}

function checkInside(path: string, value: number, width: number, size: number): void {
  if (value + width > size) {
    throw new CorruptData(`${path} is ${value}, so its ${width} bytes end after the structure's ${size}`);
  }
  if (value % width !== 0) throw new CorruptData(`${path} is ${value}, not a multiple of ${width}`);
}

/** What must hold between sections. */
function checkNested(table: DebugOffsets): void {
  const number = lookup(table);
  const interpreter = number('interpreter_state', 'size');
  const gc = number('interpreter_state', 'gc');
  if (gc + number('gc', 'size') > interpreter) {
    throw new CorruptData(
      `_Py_DebugOffsets.interpreter_state.gc is ${gc}, so it ends after the ${interpreter} around it`,
    );
  }
  const gil = number('interpreter_state', 'gil_runtime_state');
  for (const field of ['gil_runtime_state_locked', 'gil_runtime_state_holder']) {
    const inside = number('interpreter_state', field) - gil;
    if (inside < 0 || inside > GIL_SIZE_LIMIT) {
      throw new CorruptData(`_Py_DebugOffsets.interpreter_state.${field} is ${gil + inside}, the GIL is at ${gil}`);
    }
  }
  const enabled = number('interpreter_state', 'gil_runtime_state_enabled');
  if (enabled > GIL_SIZE_LIMIT || enabled % 4 !== 0) {
    throw new CorruptData(`_Py_DebugOffsets.interpreter_state.gil_runtime_state_enabled is ${enabled}`);
  }
  const ascii = number('unicode_object', 'asciiobject_size');
  const unicode = number('unicode_object', 'size');
  if (ascii > unicode) {
    throw new CorruptData(
      `_Py_DebugOffsets.unicode_object.asciiobject_size is ${ascii}, more than the ${unicode} around`,
    );
  }
}

/** It has 208 bytes, or a few more. */
const GIL_SIZE_LIMIT = 1024;

/** The number of a field that every version's table has. */
function lookup(table: DebugOffsets): (section: string, field: string) => number {
  return (section, field) => {
    const value = table.sections.get(section)?.get(field);
    if (value === undefined) throw new Error(`no _Py_DebugOffsets has a field ${section}.${field}`);
    return value;
  };
}

/**
 * The layout that a validated table and its version's row make together. `row` must be of the same flavour
 * (free-threaded or not); a table of a newer version may go with the newest row.
 */
export function layoutFromDebugOffsets(table: DebugOffsets, row: Layout): Layout {
  const number = lookup(table);
  const optional = <T>(section: string, field: string, otherwise: T): number | T =>
    table.sections.get(section)?.get(field) ?? otherwise;
  // An object header of another size moves what the table does not tell as well.
  const base = withObjectHeader(row, number('pyobject', 'size') - row.PyObject.sizeof);
  const unicode = base.PyUnicodeObject;
  if (unicode === undefined) throw new Error('no row with _Py_DebugOffsets lacks PyUnicodeObject');
  return {
    ...base,
    version: `${table.version.major}.${table.version.minor}`,
    origin: 'debug-offsets',
    PyObject: { sizeof: number('pyobject', 'size'), ob_type: number('pyobject', 'ob_type') },
    PyVarObject: { sizeof: number('tuple_object', 'ob_size') + 8, ob_size: number('tuple_object', 'ob_size') },
    _PyRuntimeState: {
      ...base._PyRuntimeState,
      finalizing: number('runtime_state', 'finalizing'),
      'interpreters.head': number('runtime_state', 'interpreters_head'),
    },
    PyInterpreterState: {
      ...base.PyInterpreterState,
      id: number('interpreter_state', 'id'),
      next: number('interpreter_state', 'next'),
      threads_head: number('interpreter_state', 'threads_head'),
      modules: number('interpreter_state', 'imports_modules'),
    },
    gil: gilFrom(table, base.gil),
    gc: { owner: 'interpreter', collecting: number('interpreter_state', 'gc') + number('gc', 'collecting') },
    PyThreadState: {
      ...base.PyThreadState,
      sizeof: number('thread_state', 'size'),
      prev: number('thread_state', 'prev'),
      next: number('thread_state', 'next'),
      interp: number('thread_state', 'interp'),
      thread_id: number('thread_state', 'thread_id'),
      native_thread_id: number('thread_state', 'native_thread_id'),
      _status: number('thread_state', 'status'),
      ...given(table, 'thread_state', ['current_exception']),
    },
    frames: framesFrom(table, base.frames),
    PyCodeObject: {
      ...base.PyCodeObject,
      sizeof: number('code_object', 'size'),
      co_filename: number('code_object', 'filename'),
      co_name: number('code_object', 'name'),
      co_qualname: number('code_object', 'qualname'),
      co_linetable: number('code_object', 'linetable'),
      co_firstlineno: number('code_object', 'firstlineno'),
      co_argcount: number('code_object', 'argcount'),
      co_localsplusnames: number('code_object', 'localsplusnames'),
      co_localspluskinds: number('code_object', 'localspluskinds'),
      co_code_adaptive: number('code_object', 'co_code_adaptive'),
      ...(table.freeThreaded ? given(table, 'code_object', ['co_tlbc']) : {}),
    },
    PyUnicodeObject: {
      ...unicode,
      sizeof_PyASCIIObject: number('unicode_object', 'asciiobject_size'),
      sizeof_PyCompactUnicodeObject: optional(
        'unicode_object',
        'compactunicodeobject_size',
        unicode.sizeof_PyCompactUnicodeObject,
      ),
      length: number('unicode_object', 'length'),
      state: number('unicode_object', 'state'),
    },
    PyBytesObject: { ob_sval: number('bytes_object', 'ob_sval') },
    PyTupleObject: { ob_item: number('tuple_object', 'ob_item') },
    PyLongObject: {
      ...base.PyLongObject,
      lv_tag: number('long_object', 'lv_tag'),
      ob_digit: number('long_object', 'ob_digit'),
    },
    PyTypeObject: {
      ...base.PyTypeObject,
      sizeof: number('type_object', 'size'),
      tp_name: number('type_object', 'tp_name'),
      tp_repr: number('type_object', 'tp_repr'),
      tp_flags: number('type_object', 'tp_flags'),
      tp_basicsize: optional('type_object', 'tp_basicsize', base.PyTypeObject.tp_basicsize),
      tp_dictoffset: optional('type_object', 'tp_dictoffset', base.PyTypeObject.tp_dictoffset),
      ht_cached_keys: optional('heap_type_object', 'ht_cached_keys', base.PyTypeObject.ht_cached_keys),
    },
    PyDictObject: {
      ...base.PyDictObject,
      sizeof: number('dict_object', 'size'),
      ma_keys: number('dict_object', 'ma_keys'),
      ma_values: number('dict_object', 'ma_values'),
    },
    objects: {
      ...base.objects,
      PyFloatObject: { ob_fval: number('float_object', 'ob_fval') },
      PyListObject: { ob_item: number('list_object', 'ob_item') },
      PySetObject: { ...base.objects.PySetObject, ...given(table, 'set_object', ['used', 'table', 'mask']) },
      generators: {
        ...base.objects.generators,
        ...given(table, 'gen_object', ['gi_iframe', 'gi_frame_state']),
      },
    },
  };
}

/** Those of the fields that this version's table has; for fields whose names are the same in table and row. */
function given<K extends string>(table: DebugOffsets, section: string, fields: readonly K[]): { [_ in K]?: number } {
  const present: { [_ in K]?: number } = {};
  for (const field of fields) {
    const value = table.sections.get(section)?.get(field);
    if (value !== undefined) present[field] = value;
  }
  return present;
}

function gilFrom(table: DebugOffsets, row: GilLayout): GilLayout {
  if (row.kind !== 'interpreter') throw new Error(`no row with _Py_DebugOffsets has a GIL of kind ${row.kind}`);
  const number = lookup(table);
  const start = number('interpreter_state', 'gil_runtime_state');
  const locked = number('interpreter_state', 'gil_runtime_state_locked') - start;
  // The condition variables follow `locked` at a distance that the table does not tell: it is the row's.
  const moved = locked - row.fields.locked;
  return {
    kind: 'interpreter',
    'ceval.gil': number('interpreter_state', 'ceval_gil'),
    fields: {
      sizeof: row.fields.sizeof + moved,
      last_holder: number('interpreter_state', 'gil_runtime_state_holder') - start,
      locked,
      cond: row.fields.cond + moved,
      mutex: row.fields.mutex + moved,
      switch_cond: row.fields.switch_cond + moved,
      switch_mutex: row.fields.switch_mutex + moved,
      ...(table.freeThreaded ? { enabled: number('interpreter_state', 'gil_runtime_state_enabled') } : {}),
    },
  };
}

function framesFrom(table: DebugOffsets, row: FrameLayout): FrameLayout {
  if (row.kind !== 'interpreter-frames') throw new Error(`no row with _Py_DebugOffsets has ${row.kind}`);
  const number = lookup(table);
  return {
    ...row,
    current: 'tstate',
    tstate_current: number('thread_state', 'current_frame'),
    _PyInterpreterFrame: {
      ...row._PyInterpreterFrame,
      previous: number('interpreter_frame', 'previous'),
      f_code: number('interpreter_frame', 'executable'),
      instr: number('interpreter_frame', 'instr_ptr'),
      localsplus: number('interpreter_frame', 'localsplus'),
      owner: number('interpreter_frame', 'owner'),
      ...(table.freeThreaded ? given(table, 'interpreter_frame', ['tlbc_index']) : {}),
    },
  };
}
