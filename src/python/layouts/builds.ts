/**
 * What changes in a row when the interpreter was built differently? Rows are of ordinary builds for x86-64. Two things
 * move numbers in a way that is told faster than listed; free-threaded builds have rows of their own.
 */
import type { FrameLayout, Layout } from './layout.js';
import type { ObjectLayout } from './objects.js';
import type { Python2Layout } from './old-layout.js';

export interface Build {
  /** AArch64 with glibc; with musl, its structures are those of x86-64. */
  readonly machine: 'x86-64' | 'aarch64';
  /** `--disable-gil` (3.13+). */
  readonly freeThreaded: boolean;
  /** `Py_TRACE_REFS`: objects are linked to each other. Part of `Py_DEBUG` up to 3.7, an option of its own from 3.8. */
  readonly traceRefs: boolean;
}

export const ORDINARY_BUILD: Build = { machine: 'x86-64', freeThreaded: false, traceRefs: false };

/** The row as a build has it. `freeThreaded` is not looked at: choose the row by it. */
export function forBuild(row: Layout, build: Build): Layout {
  const machine: Layout = build.machine === 'aarch64' ? { ...withLongerMutexes(row), longDouble: 'quadruple' } : row;
  return build.traceRefs ? withObjectHeader(machine, LINKS) : machine;
}

/**
 * sizeof(pthread_mutex_t) is 40 on x86-64 and 48 on AArch64 with glibc; a GIL has two of them. (With musl it is 40 on
 * both: an AArch64 build with musl is as one for x86-64.)
 * https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/aarch64/nptl/bits/pthreadtypes-arch.h
 */
const LONGER_BY = 8;

function withLongerMutexes(row: Layout): Layout {
  const { gil } = row;
  // The mutexes are variables of their own.
  if (gil.kind === 'variables' || gil.kind === 'lock') return row;
  const fields = {
    ...gil.fields,
    sizeof: gil.fields.sizeof + 2 * LONGER_BY,
    switch_cond: gil.fields.switch_cond + LONGER_BY,
    switch_mutex: gil.fields.switch_mutex + LONGER_BY,
  };
  // Nothing that is read in _PyRuntimeState lies behind the GIL.
  return { ...row, gil: { ...gil, fields } };
}

/** `_ob_next` and `_ob_prev` before every object's reference count. */
const LINKS = 16;

/** The row as it is where object headers are `extra` bytes longer (or shorter): every member of every object moves. */
export function withObjectHeader(row: Layout, extra: number): Layout {
  if (extra === 0) return row;
  return {
    ...row,
    PyObject: moved(row.PyObject, extra),
    PyVarObject: moved(row.PyVarObject, extra),
    PyCodeObject: moved(row.PyCodeObject, extra),
    ...(row.PyUnicodeObject && { PyUnicodeObject: withMovedText(row.PyUnicodeObject, extra) }),
    PyBytesObject: moved(row.PyBytesObject, extra),
    PyTupleObject: moved(row.PyTupleObject, extra),
    PyLongObject: moved(row.PyLongObject, extra),
    PyTypeObject: moved(row.PyTypeObject, extra),
    PyDictObject: moved(row.PyDictObject, extra),
    frames: withMovedFrames(row.frames, extra),
    objects: withMovedMembers(row.objects, extra),
    ...(row.dict.keys === 'table' && {
      dict: { ...moved(row.dict, extra), PyDictKeyEntry: row.dict.PyDictKeyEntry },
    }),
    ...(row.python2 && { python2: withMovedPython2(row.python2, extra) }),
  };
}

function withMovedText(unicode: NonNullable<Layout['PyUnicodeObject']>, extra: number): typeof unicode {
  const { kind_shift, compact_shift, ascii_shift, ready_shift } = unicode;
  const shifts = { kind_shift, compact_shift, ascii_shift, ...(ready_shift === undefined ? {} : { ready_shift }) };
  return { ...moved(unicode, extra), ...shifts };
}

function withMovedPython2(python2: Python2Layout, extra: number): Python2Layout {
  const { sysdict, unicodeUnit, ...structs } = python2;
  const entries = Object.entries(structs).map(([name, struct]) => [name, moved(struct, extra)]);
  return { ...(Object.fromEntries(entries) as typeof structs), sysdict, unicodeUnit };
}

function withMovedFrames(frames: FrameLayout, extra: number): FrameLayout {
  return frames.kind === 'frame-objects' ? { ...frames, PyFrameObject: moved(frames.PyFrameObject, extra) } : frames;
}

function withMovedMembers(objects: ObjectLayout, extra: number): ObjectLayout {
  const { parts, ...structs } = objects;
  const entries = Object.entries(structs).map(([name, struct]) => [name, moved(struct, extra)]);
  return { ...(Object.fromEntries(entries) as typeof structs), parts };
}

/** Every number of a structure, and of the forms it has, moved; words stay. */
function moved<T extends object>(struct: T, by: number): T {
  const entries = Object.entries(struct).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'number') return [key, value + by];
    return [key, typeof value === 'object' && value !== null ? moved(value, by) : value];
  });
  return Object.fromEntries(entries) as T;
}
