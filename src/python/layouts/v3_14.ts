/**
 * What CPython 3.14 changed. Pointers in frames have tag bits; a frame's stack is told by a pointer; tuples keep their hash;
 * `threading.RLock` parks its waiters.
 */
import { from } from './from.js';
import { v3_13 } from './v3_13.js';

export const v3_14 = from(v3_13, {
  version: '3.14',
  _PyRuntimeState: {
    'interpreters.head': 808,
    'interpreters.main': 816,
    finalizing: 784,
    initialized: 776,
  },
  PyInterpreterState: {
    next: 7272,
    id: 7280,
    modules: 7688,
  },
  PyThreadState: {
    sizeof: 832,
    status_bits: {
      finalizing: 5,
    },
    state: 44,
  },
  frames: {
    _PyInterpreterFrame: {
      localsplus: 80,
      owner: 74,
    },
    tagMask: 3,
  },
  PyCodeObject: {
    sizeof: 216,
    co_code_adaptive: 208,
    _co_firsttraceable: 192,
  },
  PyTupleObject: {
    ob_item: 32,
  },
  objects: {
    PyFunctionObject: {
      vectorcall: 136,
    },
    lockobject: {
      semaphore: null,
    },
    rlockobject: {
      kind: 'mutex',
      mutex: 16,
      thread: 24,
      level: 32,
    },
  },
});
