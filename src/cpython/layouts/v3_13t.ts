/** The offsets of free-threaded CPython 3.13 (`--disable-gil`), as its headers have them with Py_GIL_DISABLED. */
import type { Layout } from './layout.js';

export const v3_13t: Layout = {
  version: '3.13',
  origin: 'row',
  PyObject: {
    sizeof: 32,
    ob_type: 24,
  },
  PyVarObject: {
    sizeof: 40,
    ob_size: 32,
  },
  _PyRuntimeState: {
    sizeof: 328256,
    'interpreters.head': 632,
    'interpreters.main': 640,
    finalizing: 608,
    initialized: 600,
  },
  PyInterpreterState: {
    sizeof: 215616,
    next: 7264,
    id: 7272,
    threads_head: 7344,
    modules: 7664,
  },
  gil: {
    kind: 'interpreter',
    'ceval.gil': 16,
    fields: {
      sizeof: 216,
      last_holder: 16,
      locked: 24,
      cond: 40,
      mutex: 88,
      switch_cond: 128,
      switch_mutex: 176,
      enabled: 0,
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
    sizeof: 224,
    co_filename: 128,
    co_name: 136,
    co_qualname: 144,
    co_firstlineno: 84,
    co_linetable: 152,
    positions: 'locations',
    co_code_adaptive: 216,
    co_flags: 64,
    co_argcount: 68,
    co_posonlyargcount: 72,
    co_kwonlyargcount: 76,
    co_nlocals: 96,
    co_nlocalsplus: 88,
    co_localsplusnames: 112,
    co_localspluskinds: 120,
    _co_firsttraceable: 200,
  },
  PyUnicodeObject: {
    sizeof_PyASCIIObject: 56,
    sizeof_PyCompactUnicodeObject: 72,
    length: 32,
    state: 48,
    kind_shift: 2,
    compact_shift: 5,
    ascii_shift: 6,
    data: 72,
  },
  PyBytesObject: {
    ob_sval: 48,
  },
  PyTupleObject: {
    ob_item: 40,
  },
  PyLongObject: {
    sign: 'lv_tag',
    lv_tag: 32,
    ob_digit: 40,
  },
  PyTypeObject: {
    sizeof: 432,
    tp_name: 40,
    tp_basicsize: 48,
    tp_itemsize: 56,
    tp_repr: 104,
    tp_flags: 184,
    tp_base: 272,
    tp_dict: 280,
    tp_mro: 360,
    tp_dictoffset: 304,
    ht_name: 872,
    ht_qualname: 888,
    ht_cached_keys: 896,
  },
  PyDictObject: {
    sizeof: 64,
    ma_used: 32,
    ma_keys: 48,
    ma_values: 56,
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
    managed_dict: -8,
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
      ob_fval: 32,
    },
    PyComplexObject: {
      'cval.real': 32,
      'cval.imag': 40,
    },
    PyListObject: {
      ob_item: 40,
    },
    PySetObject: {
      fill: 32,
      used: 40,
      mask: 48,
      table: 56,
    },
    PySliceObject: {
      start: 32,
      stop: 40,
      step: 48,
    },
    rangeobject: {
      start: 32,
      stop: 40,
      step: 48,
    },
    PyByteArrayObject: {
      ob_start: 56,
    },
    PyMemoryViewObject: {
      flags: 56,
      'view.buf': 72,
      'view.obj': 80,
      'view.len': 88,
      'view.itemsize': 96,
      'view.ndim': 108,
      'view.format': 112,
    },
    dequeobject: {
      leftblock: 40,
      leftindex: 56,
      maxlen: 80,
    },
    defdictobject: {
      default_factory: 64,
    },
    _odictobject: {
      od_first: 64,
    },
    PyFunctionObject: {
      func_name: 48,
      func_qualname: 56,
      func_module: 120,
      func_code: 64,
    },
    PyMethodObject: {
      im_func: 32,
      im_self: 40,
    },
    PyCFunctionObject: {
      m_ml: 32,
      m_self: 40,
      m_module: 48,
    },
    PyDescrObject: {
      d_type: 32,
      d_name: 40,
    },
    PyMemberDescrObject: {
      d_member: 56,
    },
    classmethod: {
      cm_callable: 32,
    },
    partialobject: {
      fn: 32,
      args: 40,
      kw: 48,
    },
    PyCellObject: {
      ob_ref: 32,
    },
    PyModuleObject: {
      md_dict: 32,
      md_name: 64,
    },
    PyWeakReference: {
      wr_object: 32,
    },
    generators: {
      kind: 'inline-frame',
      gi_iframe: 88,
      gi_frame_state: 83,
      gi_name: 40,
      gi_qualname: 48,
    },
    PyBaseExceptionObject: {
      dict: 32,
      args: 40,
      traceback: 56,
      context: 64,
      cause: 72,
    },
    PyTracebackObject: {
      tb_next: 32,
      tb_frame: 40,
      tb_lasti: 48,
      tb_lineno: 52,
    },
    PyDateTime_Delta: {
      days: 40,
      seconds: 44,
      microseconds: 48,
    },
    PyDateTime_Date: {
      data: 41,
    },
    PyDateTime_DateTime: {
      hastzinfo: 40,
      data: 41,
      fold: 51,
      tzinfo: 56,
    },
    PyDateTime_Time: {
      hastzinfo: 40,
      data: 41,
      fold: 47,
      tzinfo: 48,
    },
    PyDateTime_TimeZone: {
      offset: 32,
      name: 40,
    },
    PyDecObject: {
      'dec.flags': 40,
      'dec.exp': 48,
      'dec.digits': 56,
      'dec.len': 64,
      'dec.data': 80,
    },
    lockobject: {
      locked: 32,
    },
    rlockobject: {
      kind: 'counted',
      rlock_owner: 40,
      rlock_count: 48,
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
export const v3_13_0t: Layout = {
  ...v3_13t,
  objects: { ...v3_13t.objects, lockobject: { locked: 48 } },
};
