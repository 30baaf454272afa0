/** Which exceptions does a thread deal with? The one on its way, then those that are handled, the innermost first. */
import { type Address, offsetBy, toAddress } from '../../memory/address.js';
import { exceptionFieldsOf } from '../layouts/exception-fields.js';
import { needed } from '../layouts/needed.js';
import type { ValueReader } from '../objects/index.js';
import type { Python } from '../python.js';

/** As a thread state has them: up to 3.11 three pointers in a row, of which the value may be still to be made. */
export interface Triple {
  readonly state: 'raised' | 'handled';
  /** 0: there is only the value. */
  readonly type: number;
  readonly value: number;
  /** 0 or None: there is only that of the exception itself. */
  readonly traceback: number;
}

/** Generators being run inside each other; each has a level of its own. */
const LEVEL_LIMIT = 10_000;
/** Levels that are told. */
const TOLD_LIMIT = 16;
const POINTER = 8;

/**
 * `frames`: those of the thread, innermost first; `values` is asked for when a type has to be told by its name. Throws
 * MemoryFault, InvalidAddress, CorruptData.
 */
export function readLevels(
  python: Python,
  values: () => ValueReader,
  threadState: Address,
  frames: readonly Address[],
): Triple[] {
  const told: Triple[] = [];
  /** Adds it if it is one; false: enough are told. */
  const tell = (triple: Triple): boolean => {
    const one = triple.type === 0 ? triple.value : triple.type;
    if (one !== 0 && !isNone(python, values, one)) told.push(triple);
    return told.length < TOLD_LIMIT;
  };
  if (tell(raised(python, threadState))) tellHandled(python, threadState, frames, tell);
  return told;
}

function raised(python: Python, threadState: Address): Triple {
  const { current_exception, curexc_type, curexc_value } = python.layout.PyThreadState;
  if (current_exception !== undefined) {
    return { state: 'raised', type: 0, value: python.pointer(threadState, current_exception), traceback: 0 };
  }
  const value = needed(curexc_value, 'curexc_value');
  return {
    state: 'raised',
    type: python.pointer(threadState, needed(curexc_type, 'curexc_type')),
    value: python.pointer(threadState, value),
    traceback: python.pointer(threadState, value + POINTER),
  };
}

/** Those that are handled, the innermost first, until `tell` has enough. */
function tellHandled(
  python: Python,
  threadState: Address,
  frames: readonly Address[],
  tell: (triple: Triple) => boolean,
): void {
  const { PyThreadState, _PyErr_StackItem: item } = python.layout;
  if (item === undefined) {
    const { exc_type, exc_value } = PyThreadState;
    if (!tell(triple(python, threadState, needed(exc_type, 'exc_type'), needed(exc_value, 'exc_value')))) return;
    const { f_exc_type } = exceptionFieldsOf(python.layout);
    // A frame of Python 2 keeps what was handled before it began to.
    if (f_exc_type === undefined) return;
    for (const frame of frames.slice(0, LEVEL_LIMIT)) {
      if (!tell(triple(python, frame, f_exc_type, f_exc_type + POINTER))) return;
    }
    return;
  }
  const seen = new Set<number>();
  let level = python.pointer(threadState, needed(PyThreadState.exc_info, 'exc_info'));
  while (level !== 0 && !seen.has(level) && seen.size < LEVEL_LIMIT) {
    seen.add(level);
    const at = toAddress(level);
    const one: Triple =
      item.exc_type === undefined
        ? { state: 'handled', type: 0, value: python.pointer(at, item.exc_value), traceback: 0 }
        : triple(python, at, item.exc_type, item.exc_value);
    if (!tell(one)) return;
    level = python.pointer(at, item.previous_item);
  }
}

function triple(python: Python, at: Address, type: number, value: number): Triple {
  return {
    state: 'handled',
    type: python.pointer(at, type),
    value: python.pointer(at, value),
    traceback: python.pointer(at, value + POINTER),
  };
}

/** Py_TPFLAGS_BASE_EXC_SUBCLASS and Py_TPFLAGS_TYPE_SUBCLASS, of the upper half. https://github.com/python/cpython/blob/v3.12.1/Include/object.h */
const EXCEPTION_OR_TYPE = 0xc000;

/**
 * Whether it is None: its type is neither an exception nor a class. (By flags: of a core, the file that has the names of types
 * may not be there.) Python 2 has exceptions that are neither. Throws as reading does.
 */
function isNone(python: Python, values: () => ValueReader, pointer: number): boolean {
  const { PyObject, PyTypeObject, python2 } = python.layout;
  const type = toAddress(python.pointer(toAddress(pointer), PyObject.ob_type));
  const upper = python.memory.read(offsetBy(type, PyTypeObject.tp_flags + 2), 2).getUint16(0, true);
  if ((upper & EXCEPTION_OR_TYPE) !== 0) return false;
  return python2 === undefined || values().typeOf(pointer)?.tp_name === 'NoneType';
}
