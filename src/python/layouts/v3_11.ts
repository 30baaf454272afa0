/**
 * What CPython 3.11 changed. Frames lie in a stack of their own and are objects only when asked for; bytecode is the end of
 * its code object, and specializes itself; positions have columns (PEP 657); one tuple names all variables; key tables are
 * compact, and instances have their values before them.
 */
import { from } from './from.js';
import { v3_10 } from './v3_10.js';

export const v3_11 = from(v3_10, {
  version: '3.11',
  _PyRuntimeState: {
    'interpreters.head': 40,
    'interpreters.main': 48,
    finalizing: 24,
    initialized: 16,
  },
  PyInterpreterState: {
    id: 48,
    threads_head: 16,
    modules: 888,
  },
  gil: {
    gil: 360,
  },
  gc: {
    collecting: 848,
  },
  PyThreadState: {
    sizeof: 360,
    thread_id: 152,
    id: 240,
    curexc_type: 96,
    curexc_value: 104,
    exc_info: 120,
    native_thread_id: 160,
    datastack_chunk: 296,
    datastack_top: 304,
  },
  _PyErr_StackItem: {
    exc_type: null,
    exc_value: 0,
    previous_item: 8,
  },
  frames: {
    kind: 'interpreter-frames',
    current: 'cframe',
    tstate_current: 56,
    cframe_current_frame: 8,
    cframe_previous: 16,
    _PyInterpreterFrame: {
      f_code: 32,
      f_funcobj: 0,
      f_globals: 8,
      frame_obj: 40,
      f_locals: 24,
      previous: 48,
      instr: 56,
      localsplus: 72,
      owner: 69,
      is_entry: 68,
    },
    instr: 'prev_instr',
    entry: 'is_entry',
    FRAME_OWNED_BY_GENERATOR: 1,
    tagMask: 0,
  },
  PyCodeObject: {
    sizeof: 192,
    co_filename: 112,
    co_name: 120,
    co_firstlineno: 72,
    co_linetable: 136,
    positions: 'locations',
    co_code: null,
    co_flags: 48,
    co_argcount: 56,
    co_posonlyargcount: 60,
    co_kwonlyargcount: 64,
    co_nlocals: 80,
    co_varnames: null,
    co_cellvars: null,
    co_freevars: null,
    co_qualname: 128,
    co_code_adaptive: 184,
    co_nlocalsplus: 76,
    co_localsplusnames: 96,
    co_localspluskinds: 104,
    _co_firsttraceable: 168,
  },
  dict: {
    keys: 'log2',
    dk_log2_size: 8,
    dk_log2_index_bytes: 9,
    dk_kind: 10,
    dk_nentries: 24,
    dk_indices: 32,
    PyDictKeyEntry: {
      sizeof: 24,
      me_key: 8,
      me_value: 16,
    },
    PyDictUnicodeEntry: {
      sizeof: 16,
      me_key: 0,
      me_value: 8,
    },
    DICT_KEYS_GENERAL: 0,
  },
  instances: {
    kind: 'values-and-dict',
    values: 'array',
    managed_dict: -24,
    managed_values: -32,
    Py_TPFLAGS_MANAGED_DICT: 16,
  },
  objects: {
    PyFunctionObject: {
      vectorcall: 120,
    },
    generators: {
      kind: 'inline-frame',
      gi_iframe: 80,
      gi_frame_state: 75,
      gi_qualname: 40,
    },
    parts: {
      frameStates: {
        FRAME_COMPLETED: 1,
      },
    },
  },
});
