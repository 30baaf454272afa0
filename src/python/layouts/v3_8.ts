/** What CPython 3.8 changed. Positional-only parameters (PEP 570); the rest moved. */
import { from } from './from.js';
import { v3_7 } from './v3_7.js';

export const v3_8 = from(v3_7, {
  version: '3.8',
  _PyRuntimeState: {
    'interpreters.head': 32,
    'interpreters.main': 40,
    finalizing: 16,
    initialized: 12,
  },
  PyInterpreterState: {
    modules: 56,
  },
  gil: {
    gil: 1152,
  },
  gc: {
    collecting: 544,
  },
  PyThreadState: {
    sizeof: 264,
    id: 256,
  },
  PyCodeObject: {
    sizeof: 176,
    co_filename: 104,
    co_name: 112,
    co_firstlineno: 40,
    co_linetable: 120,
    co_code: 48,
    co_flags: 36,
    co_kwonlyargcount: 24,
    co_nlocals: 28,
    co_varnames: 72,
    co_cellvars: 88,
    co_freevars: 80,
    co_posonlyargcount: 20,
  },
  PyTypeObject: {
    sizeof: 416,
    ht_name: 848,
    ht_qualname: 864,
    ht_cached_keys: 872,
  },
});
