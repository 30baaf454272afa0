/**
 * Where does the extension module `greenlet` keep what it switched away from? It exports no table, and what it keeps
 * depends on its own version and on CPython's. Up to 1.x all stands in the object itself; from 2.0 on in a C++ object that
 * `pimpl` points to, put together here member by member, as its compiler does it. Whoever reads by these offsets checks
 * what stands there.
 *
 * https://github.com/python-greenlet/greenlet/blob/1.1.3/src/greenlet/greenlet.h (struct _greenlet)
 * https://github.com/python-greenlet/greenlet/blob/3.2.4/src/greenlet/TGreenlet.hpp (Greenlet, StackState, PythonState)
 */
import type { Layout } from './layout.js';

/** Offsets inside the structure that holds the state. */
export interface GreenletFields {
  /** char*: where its stack begins (its lowest address) while it is suspended; NULL: it does not exist any more, or not yet. */
  readonly stack_start: number;
  /** char*: where it ends; NULL: it was never started; all ones: the main one of a thread. */
  readonly stack_stop: number;
  /** char*: what was copied of the stack, from `stack_start` on. */
  readonly stack_copy: number;
  /** intptr_t: how many bytes were. */
  readonly stack_saved: number;
  /** PyFrameObject*: the innermost frame while it is suspended, else NULL. */
  readonly top_frame: number;
  /** PyObject* greenlet that is switched to when it ends. */
  readonly parent: number;
  /** PyObject* main greenlet of its thread; 2.0 on, NULL until it is started. */
  readonly main_greenlet?: number;
  /** What it will run; only until it is started. */
  readonly run: number;
  /** Of a main one: ThreadState*, whose second word is the greenlet that runs in the thread; 2.0 on. */
  readonly thread_state?: number;
}

export interface GreenletRow {
  /** `object`: the fields are those of the object itself. `pimpl`: of what that word of it points to. */
  readonly in: 'object' | 'pimpl';
  readonly pimpl: number;
  readonly fields: GreenletFields;
}

/** The row for a version of greenlet ("3.1.1") with this CPython; null: of a version that is not known. */
export function greenletRow(layout: Layout, version: string): GreenletRow | null {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (!Number.isInteger(major) || major < 1) return null;
  const header = layout.PyObject.sizeof;
  if (major === 1) return { in: 'object', pimpl: 0, fields: ofStruct(header) };
  // Behind `weakreflist` and `dict`.
  return { in: 'pimpl', pimpl: header + 16, fields: ofObject(layout, [major, minor, patch]) };
}

function ofStruct(header: number): GreenletFields {
  const word = (index: number) => header + 8 * index;
  return {
    stack_start: word(0),
    stack_stop: word(1),
    stack_copy: word(2),
    stack_saved: word(3),
    parent: word(5),
    run: word(6),
    top_frame: word(7),
  };
}

type Version = readonly [major: number, minor: number, patch: number];

function ofObject(layout: Layout, version: Version): GreenletFields {
  const since = (...other: Version) => compare(version, other) >= 0;
  const python = minorOf(layout);
  const ownSelf = since(3, 1, 1);
  const place = new Placing();
  place.words(1); // the virtual table
  if (ownSelf) place.words(1); // _self
  // ExceptionState: exc_info and an exc_state of one value and a link, or of three and a link; before 3.7, three.
  place.words(python >= 11 ? 3 : python >= 7 ? 5 : 3);
  place.words(2); // SwitchingArgs
  const stack = place.words(5); // StackState
  if (python >= 7) place.words(1); // _context
  const top_frame = place.words(1);
  if (python >= 10 && python < 13) {
    place.words(1); // cframe
    place.ints(1); // use_tracing
  }
  if (python >= 14 && since(3, 2, 2)) {
    place.ints(1); // py_recursion_depth
    if (since(3, 2, 4)) place.words(1); // current_executor
    if (since(3, 3, 0)) place.words(layout.PyObject.ob_type === FREE_THREADED_OB_TYPE ? 2 : 1); // stackpointer, c_stack_refs
  } else place.ints(python >= 12 && since(3, 0, 0) ? 2 : 1); // recursion depths
  if (python >= 13) {
    place.words(1); // delete_later
    if (since(3, 5, 3)) place.words(1); // critical_section
  } else place.ints(1); // trash_delete_nesting
  if (python >= 11) place.words(4); // current_frame, datastack_chunk, _top, _limit
  // 3.12 with 3.0.0 to 3.0.2 keeps _prev_frame.
  if (python >= 12 && since(3, 0, 0) && !since(3, 0, 3)) place.words(1);
  const rest = place.words(ownSelf ? 0 : 1); // _self of the derived classes
  const last = ownSelf ? rest : rest + 8;
  return {
    stack_start: stack,
    stack_stop: stack + 8,
    stack_copy: stack + 16,
    stack_saved: stack + 24,
    top_frame,
    main_greenlet: last,
    run: last + 8,
    parent: last + 16,
    // A main one has a second `_self` in all versions.
    thread_state: rest + 8,
  };
}

/** https://github.com/python/cpython/blob/v3.13.0/Include/object.h (struct _object, Py_GIL_DISABLED) */
const FREE_THREADED_OB_TYPE = 24;

/** Of "3.12", 12; of Python 2, 0. */
function minorOf({ version }: Layout): number {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major === 3 ? (minor ?? 0) : 0;
}

function compare(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Lays members out one after the other, each aligned to its size. */
class Placing {
  #at = 0;

  /** Where the first of them stands. */
  words(count: number): number {
    this.#at += this.#at % 8 === 0 ? 0 : 8 - (this.#at % 8);
    const at = this.#at;
    this.#at += 8 * count;
    return at;
  }

  ints(count: number): void {
    this.#at += 4 * count;
  }
}
