/**
 * What CPython 3.13 changed. `_Py_DebugOffsets` at the start of `_PyRuntime` describes most of this: the row is for what it
 * leaves out. The `_PyCFrame` between thread and frame is gone; a frame notes the instruction it is at, not the last one; values
 * of attributes lie behind the instance.
 */
import { from } from './from.js';
import { v3_12 } from './v3_12.js';

export const v3_13 = from(v3_12, {
  version: '3.13',
  _PyRuntimeState: {
    'interpreters.head': 632,
    'interpreters.main': 640,
    finalizing: 608,
    initialized: 600,
  },
  PyInterpreterState: {
    next: 7264,
    id: 7272,
    threads_head: 7344,
    modules: 7656,
  },
  gil: {
    'ceval.gil': 16,
  },
  gc: {
    collecting: 7600,
  },
  PyThreadState: {
    sizeof: 304,
    thread_id: 152,
    native_thread_id: 160,
    _status: 32,
    status_bits: {
      finalizing: 6,
    },
    current_exception: 112,
    exc_info: 120,
    state: 40,
  },
  frames: {
    current: 'tstate',
    tstate_current: 72,
    cframe_current_frame: null,
    cframe_previous: null,
    instr: 'instr_ptr',
  },
  PyCodeObject: {
    sizeof: 208,
    co_code_adaptive: 200,
    _co_firsttraceable: 184,
  },
  instances: {
    kind: 'inline-values',
    values: 'struct',
    managed_dict: -24,
    Py_TPFLAGS_MANAGED_DICT: 16,
    Py_TPFLAGS_INLINE_VALUES: 4,
    dictvalues: {
      capacity: 0,
      size: 1,
      valid: 3,
      values: 8,
    },
  },
  objects: {
    // 3.13.1 made it a PyMutex; 3.13.0 has the form before. https://github.com/python/cpython/pull/125116
    lockobject: {
      mutex: { tp_basicsize: 24, lock: 16 },
    },
    parts: {
      frameStates: {
        FRAME_CREATED: -3,
      },
    },
  },
});
