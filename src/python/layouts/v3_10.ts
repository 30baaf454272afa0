/**
 * What CPython 3.10 changed. Line tables say where code of a line ends (PEP 626), and instructions are counted instead of
 * bytes; a frame has a state instead of a flag.
 */
import { from } from './from.js';
import { v3_9 } from './v3_9.js';

export const v3_10 = from(v3_9, {
  version: '3.10',
  PyThreadState: {
    sizeof: 280,
  },
  frames: {
    PyFrameObject: {
      f_lasti: 96,
      f_executing: null,
      f_localsplus: 352,
      f_state: 108,
    },
    lasti: 'instructions',
  },
  PyCodeObject: {
    positions: 'linetable',
  },
  PyTypeObject: {
    ht_name: 848,
    ht_qualname: 864,
    ht_cached_keys: 872,
  },
  objects: {
    PyFunctionObject: {
      func_name: 32,
      func_qualname: 40,
    },
    generators: {
      gi_code: 24,
      gi_qualname: 48,
    },
    parts: {
      frameStates: {
        FRAME_CREATED: -2,
        FRAME_EXECUTING: 0,
        FRAME_CLEARED: 4,
      },
    },
  },
});
