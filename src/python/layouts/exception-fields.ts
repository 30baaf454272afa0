/**
 * Where do exceptions keep what they say and where they come from? The chain, the traceback, what `__str__` of the built-in
 * ones is made of. Offsets are of ordinary builds; {@link exceptionFieldsOf} moves them with the object header.
 */
import type { Layout } from './layout.js';
import type { Offset } from './offset.js';

export interface ExceptionFields {
  /** Of PyBaseExceptionObject, besides `args`. */
  readonly base: {
    /** PyObject*: its `__dict__`; NULL: it has none yet. */
    readonly dict: Offset;
    /** 3.0+, PyObject* each. */
    readonly chain?: {
      readonly traceback: Offset;
      readonly context: Offset;
      readonly cause: Offset;
      /** char. */
      readonly suppress_context: Offset;
    };
    /** Where the members of derived structures begin: sizeof(PyBaseExceptionObject), rounded up to a pointer. */
    readonly sizeof: Offset;
  };
  /** PyTracebackObject: pointers, then two ints. */
  readonly traceback: {
    readonly tb_next: Offset;
    readonly tb_frame: Offset;
    /** Bytes into the bytecode. */
    readonly tb_lasti: Offset;
    /** Below 1 (3.12+): to be found by `tb_lasti`. */
    readonly tb_lineno: Offset;
  };
  /** Of PyFrameObject, 3.11+: _PyInterpreterFrame*. */
  readonly f_frame?: Offset;
  /** Of PyFrameObject, 2.7: what the frame's caller handled when it began to handle something itself; three pointers in a row. */
  readonly f_exc_type?: Offset;
}

/** PyTypeObject: `tp_str` is six pointers behind `tp_repr`. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/object.h */
export const TP_STR_BEHIND_REPR = 48;

/** sizeof(PyObject) of the builds that the rows are of. */
const ORDINARY_HEADER = 16;

/** https://github.com/python/cpython/blob/v3.12.1/Include/cpython/traceback.h */
const TRACEBACK = { tb_next: 16, tb_frame: 24, tb_lasti: 32, tb_lineno: 36 } as const;

/** https://github.com/python/cpython/blob/v2.7.18/Include/pyerrors.h, Include/frameobject.h */
const PYTHON_2: ExceptionFields = {
  base: { dict: 16, sizeof: 40 },
  traceback: TRACEBACK,
  f_exc_type: 88,
};

/** https://github.com/python/cpython/blob/v3.10.13/Include/cpython/pyerrors.h (PyException_HEAD) */
const UP_TO_3_10: ExceptionFields = {
  base: { dict: 16, chain: { traceback: 32, context: 40, cause: 48, suppress_context: 56 }, sizeof: 64 },
  traceback: TRACEBACK,
};

/** With `notes` behind `args`. https://github.com/python/cpython/blob/v3.11.7/Include/cpython/pyerrors.h */
const FROM_3_11: ExceptionFields = {
  base: { dict: 16, chain: { traceback: 40, context: 48, cause: 56, suppress_context: 64 }, sizeof: 72 },
  traceback: TRACEBACK,
  f_frame: 24,
};

/** Those of the version that the layout is of, as its build has them. */
export function exceptionFieldsOf(layout: Layout): ExceptionFields {
  const row = layout.python2 ? PYTHON_2 : layout.frames.kind === 'frame-objects' ? UP_TO_3_10 : FROM_3_11;
  const extra = layout.PyObject.sizeof - ORDINARY_HEADER;
  return extra === 0 ? row : moved(row, extra);
}

/** Every number moved. */
function moved<T extends object>(struct: T, by: number): T {
  const entries = Object.entries(struct).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? value + by : moved(value as object, by),
  ]);
  return Object.fromEntries(entries) as T;
}
