/**
 * What CPython 3.12 changed. Each interpreter has its own GIL (PEP 684); thread states say whether they are bound to a
 * thread; an `int` keeps sign and number of digits in one tag; strings lost their `wchar_t` form (PEP 623); an exception
 * being raised is one object.
 */
import { from } from './from.js';
import { v3_11 } from './v3_11.js';

export const v3_12 = from(v3_11, {
  version: '3.12',
  PyInterpreterState: {
    id: 8,
    threads_head: 72,
    modules: 944,
  },
  gil: {
    kind: 'interpreter',
    'ceval.gil': 384,
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
    collecting: 312,
  },
  PyThreadState: {
    sizeof: 288,
    thread_id: 136,
    native_thread_id: 144,
    id: 224,
    curexc_type: null,
    curexc_value: null,
    exc_info: 104,
    _status: 24,
    status_bits: {
      bound: 1,
      unbound: 2,
      finalizing: 5,
    },
    current_exception: 96,
    datastack_chunk: 232,
    datastack_top: 240,
  },
  frames: {
    cframe_current_frame: 0,
    cframe_previous: 8,
    _PyInterpreterFrame: {
      f_code: 0,
      f_funcobj: 16,
      f_globals: 24,
      frame_obj: 48,
      f_locals: 40,
      previous: 8,
      owner: 70,
      is_entry: null,
    },
    entry: 'shim',
    FRAME_OWNED_BY_CSTACK: 3,
  },
  PyCodeObject: {
    sizeof: 200,
    co_firstlineno: 68,
    co_code_adaptive: 192,
    co_argcount: 52,
    co_posonlyargcount: 56,
    co_kwonlyargcount: 60,
    co_nlocalsplus: 72,
    _co_firsttraceable: 176,
  },
  PyUnicodeObject: {
    sizeof_PyASCIIObject: 40,
    sizeof_PyCompactUnicodeObject: 56,
    ready_shift: null,
    wstr: null,
    wstr_length: null,
    data: 56,
  },
  PyLongObject: {
    sign: 'lv_tag',
    lv_tag: 16,
  },
  PyTypeObject: {
    sizeof: 416,
    ht_name: 856,
    ht_qualname: 872,
    ht_cached_keys: 880,
  },
  instances: {
    kind: 'dict-or-values',
    values: 'array',
    managed_dict: -24,
    Py_TPFLAGS_MANAGED_DICT: 16,
  },
  objects: {
    PyFunctionObject: {
      vectorcall: 128,
    },
    generators: {
      gi_iframe: 72,
      gi_frame_state: 67,
      gi_qualname: 32,
    },
  },
});
