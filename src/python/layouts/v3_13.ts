/** The offsets of CPython 3.13, as its headers have them. */
import type { Layout } from './layout.js';

export const v3_13: Layout = {
  version: '3.13',
  origin: 'row',
  PyObject: {
    sizeof: 16,
    ob_type: 8,
  },
  PyVarObject: {
    sizeof: 24,
    ob_size: 16,
  },
  _PyRuntimeState: {
    sizeof: 283320,
    'interpreters.head': 632,
    'interpreters.main': 640,
    finalizing: 608,
    initialized: 600,
  },
  PyInterpreterState: {
    sizeof: 194968,
    next: 7264,
    id: 7272,
    threads_head: 7344,
    modules: 7656,
  },
  gil: {
    kind: 'interpreter',
    'ceval.gil': 16,
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
    owner: 'interpreter',
    collecting: 7600,
  },
  PyThreadState: {
    sizeof: 304,
    prev: 0,
    next: 8,
    interp: 16,
    thread_id: 152,
    native_thread_id: 160,
    _status: 32,
    status_bits: {
      bound: 1,
      unbound: 2,
      active: 4,
      holds_gil: 5,
      finalizing: 6,
      cleared: 7,
      finalized: 8,
    },
    state: 40,
    id: 224,
    datastack_chunk: 232,
    current_exception: 112,
    exc_info: 120,
  },
  _PyErr_StackItem: {
    exc_value: 0,
    previous_item: 8,
  },
  frames: {
    kind: 'interpreter-frames',
    current: 'tstate',
    tstate_current: 72,
    _PyInterpreterFrame: {
      sizeof: 80,
      f_code: 0,
      f_globals: 24,
      f_locals: 40,
      frame_obj: 48,
      previous: 8,
      instr: 56,
      localsplus: 72,
      owner: 70,
      stacktop: 64,
    },
    instr: 'instr_ptr',
    entry: 'shim',
    FRAME_OWNED_BY_CSTACK: 3,
    FRAME_OWNED_BY_GENERATOR: 1,
    tagMask: 0,
  },
  PyCodeObject: {
    sizeof: 208,
    co_filename: 112,
    co_name: 120,
    co_qualname: 128,
    co_firstlineno: 68,
    co_linetable: 136,
    positions: 'locations',
    co_code_adaptive: 200,
    co_flags: 48,
    co_argcount: 52,
    co_posonlyargcount: 56,
    co_kwonlyargcount: 60,
    co_nlocals: 80,
    co_nlocalsplus: 72,
    co_localsplusnames: 96,
    co_localspluskinds: 104,
    _co_firsttraceable: 184,
  },
  PyUnicodeObject: {
    sizeof_PyASCIIObject: 40,
    sizeof_PyCompactUnicodeObject: 56,
    length: 16,
    state: 32,
    kind_shift: 2,
    compact_shift: 5,
    ascii_shift: 6,
    data: 56,
  },
  PyBytesObject: {
    ob_sval: 32,
  },
  PyTupleObject: {
    ob_item: 24,
  },
  PyLongObject: {
    sign: 'lv_tag',
    lv_tag: 16,
    ob_digit: 24,
  },
  PyTypeObject: {
    sizeof: 416,
    tp_name: 24,
    tp_basicsize: 32,
    tp_itemsize: 40,
    tp_repr: 88,
    tp_flags: 168,
    tp_base: 256,
    tp_dict: 264,
    tp_mro: 344,
    tp_dictoffset: 288,
    ht_name: 856,
    ht_qualname: 872,
    ht_cached_keys: 880,
  },
  PyDictObject: {
    sizeof: 48,
    ma_used: 16,
    ma_keys: 32,
    ma_values: 40,
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
      me_hash: 0,
      me_key: 8,
      me_value: 16,
    },
    PyDictUnicodeEntry: {
      sizeof: 16,
      me_key: 0,
      me_value: 8,
    },
    DICT_KEYS_GENERAL: 0,
    DICT_KEYS_UNICODE: 1,
    DICT_KEYS_SPLIT: 2,
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
    PyFloatObject: {
      ob_fval: 16,
    },
    PyComplexObject: {
      'cval.real': 16,
      'cval.imag': 24,
    },
    PyListObject: {
      ob_item: 24,
    },
    PySetObject: {
      fill: 16,
      used: 24,
      mask: 32,
      table: 40,
    },
    PySliceObject: {
      start: 16,
      stop: 24,
      step: 32,
    },
    rangeobject: {
      start: 16,
      stop: 24,
      step: 32,
    },
    PyByteArrayObject: {
      ob_start: 40,
    },
    PyMemoryViewObject: {
      flags: 40,
      'view.buf': 56,
      'view.obj': 64,
      'view.len': 72,
      'view.itemsize': 80,
      'view.ndim': 92,
      'view.format': 96,
    },
    dequeobject: {
      leftblock: 24,
      leftindex: 40,
      maxlen: 64,
    },
    defdictobject: {
      default_factory: 48,
    },
    _odictobject: {
      od_first: 48,
    },
    PyFunctionObject: {
      func_name: 32,
      func_qualname: 40,
      func_module: 104,
      func_code: 48,
    },
    PyMethodObject: {
      im_func: 16,
      im_self: 24,
    },
    PyCFunctionObject: {
      m_ml: 16,
      m_self: 24,
      m_module: 32,
    },
    PyDescrObject: {
      d_type: 16,
      d_name: 24,
    },
    PyMemberDescrObject: {
      d_member: 40,
    },
    classmethod: {
      cm_callable: 16,
    },
    partialobject: {
      fn: 16,
      args: 24,
      kw: 32,
    },
    PyCellObject: {
      ob_ref: 16,
    },
    PyModuleObject: {
      md_dict: 16,
      md_name: 48,
    },
    PyWeakReference: {
      wr_object: 16,
    },
    generators: {
      kind: 'inline-frame',
      gi_iframe: 72,
      gi_frame_state: 67,
      gi_name: 24,
      gi_qualname: 32,
    },
    PyBaseExceptionObject: {
      dict: 16,
      args: 24,
      traceback: 40,
      context: 48,
      cause: 56,
    },
    PyTracebackObject: {
      tb_next: 16,
      tb_frame: 24,
      tb_lasti: 32,
      tb_lineno: 36,
    },
    PyDateTime_Delta: {
      days: 24,
      seconds: 28,
      microseconds: 32,
    },
    PyDateTime_Date: {
      data: 25,
    },
    PyDateTime_DateTime: {
      hastzinfo: 24,
      data: 25,
      fold: 35,
      tzinfo: 40,
    },
    PyDateTime_Time: {
      hastzinfo: 24,
      data: 25,
      fold: 31,
      tzinfo: 32,
    },
    PyDateTime_TimeZone: {
      offset: 16,
      name: 24,
    },
    PyDecObject: {
      'dec.flags': 24,
      'dec.exp': 32,
      'dec.digits': 40,
      'dec.len': 48,
      'dec.data': 64,
    },
    lockobject: {
      locked: 16,
    },
    rlockobject: {
      kind: 'counted',
      rlock_owner: 24,
      rlock_count: 32,
    },
    parts: {
      setentry: {
        sizeof: 16,
        key: 0,
        hash: 8,
      },
      BLOCK: {
        leftlink: 0,
        data: 8,
        rightlink: 520,
        BLOCKLEN: 64,
      },
      _odictnode: {
        key: 0,
        next: 16,
      },
      PyMethodDef: {
        ml_name: 0,
      },
      PyMemberDef: {
        name: 0,
        type: 8,
        offset: 16,
        T_OBJECT_EX: 16,
      },
      frameStates: {
        FRAME_CREATED: -3,
        FRAME_SUSPENDED: -2,
        FRAME_SUSPENDED_YIELD_FROM: -1,
        FRAME_EXECUTING: 0,
        FRAME_COMPLETED: 1,
        FRAME_CLEARED: 4,
      },
    },
  },
};

/**
 * 3.13.0: `_thread.lock` was not a PyMutex yet.
 * https://github.com/python/cpython/pull/125116
 */
export const v3_13_0: Layout = {
  ...v3_13,
  objects: { ...v3_13.objects, lockobject: { locked: 32 } },
};
