/**
 * What CPython 3.7 changed. `_PyRuntime` gathers what were variables, the GIL and the collector with them; interpreters and
 * thread states got ids; the exceptions being handled became a list, one level for each generator being run.
 */
import { from } from './from.js';
import { v3_6 } from './v3_6.js';

export const v3_7 = from(() => v3_6, {
  version: '3.7',
  root: { kind: '_PyRuntime' },
  _PyRuntimeState: {
    'interpreters.head': 24,
    'interpreters.main': 32,
    finalizing: 8,
    initialized: 0,
  },
  gil: {
    kind: 'runtime',
    gil: 1264,
    fields: {
      sizeof: 208,
      last_holder: 8,
      locked: 16,
      cond: 32,
      mutex: 80,
      switch_cond: 120,
      switch_mutex: 168,
    },
  },
  gc: {
    owner: 'runtime',
    collecting: 632,
  },
  PyInterpreterState: {
    modules: 40,
    id: 16,
  },
  PyThreadState: {
    sizeof: 280,
    thread_id: 176,
    curexc_type: 88,
    curexc_value: 96,
    exc_type: null,
    exc_value: null,
    id: 272,
    exc_info: 144,
  },
  frames: {
    PyFrameObject: {
      f_lasti: 104,
      f_executing: 116,
      f_localsplus: 360,
    },
  },
  _PyErr_StackItem: {
    exc_type: 0,
    exc_value: 8,
    previous_item: 24,
  },
});

/**
 * 3.7.0 - 3.7.3: a PyGC_Head was 24 bytes long, not 32 (its `dummy` became a long double), and _PyRuntimeState holds
 * five of them before what follows.
 * https://github.com/python/cpython/pull/13581
 */
export const v3_7_0 = from(v3_7, {
  gil: { gil: 1176 },
  gc: { collecting: 544 },
});
