/**
 * Of which C type is each member that a layout tells the offset of? Said here once for all versions: rows hold numbers only,
 * and who reads a member names it and not its width. test/python/layouts holds the widths to the headers of every version.
 */
import type { KindsOf } from './c-types.js';
import type { Layout } from './layout.js';

export const FIELD_TYPES = {
  PyObject: {
    sizeof: 'size',
    ob_type: 'pointer',
  },
  PyVarObject: {
    sizeof: 'size',
    ob_size: 'Py_ssize_t',
  },
  _PyRuntimeState: {
    'interpreters.head': 'pointer',
    'interpreters.main': 'pointer',
    finalizing: 'pointer',
    initialized: 'int',
  },
  PyInterpreterState: {
    next: 'pointer',
    id: 'int64_t',
    threads_head: 'pointer',
    modules: 'pointer',
  },
  gil: {
    'ceval.gil': 'pointer',
    fields: {
      sizeof: 'size',
      last_holder: 'pointer',
      locked: 'int',
      cond: 'inside',
      mutex: 'inside',
      switch_cond: 'inside',
      switch_mutex: 'inside',
      enabled: 'int',
    },
    gil: 'inside',
  },
  gc: {
    collecting: 'int',
  },
  PyThreadState: {
    sizeof: 'size',
    prev: 'pointer',
    next: 'pointer',
    interp: 'pointer',
    thread_id: 'unsigned long',
    native_thread_id: 'unsigned long',
    _status: 'unsigned int',
    status_bits: {
      bound: 'bit',
      unbound: 'bit',
      finalizing: 'bit',
    },
    state: 'int',
    id: 'uint64_t',
    current_exception: 'pointer',
    exc_info: 'pointer',
    curexc_type: 'pointer',
    curexc_value: 'pointer',
    exc_type: 'pointer',
    exc_value: 'pointer',
    datastack_chunk: 'pointer',
    datastack_top: 'pointer',
  },
  _PyErr_StackItem: {
    exc_value: 'pointer',
    previous_item: 'pointer',
    exc_type: 'pointer',
  },
  frames: {
    tstate_current: 'pointer',
    _PyInterpreterFrame: {
      f_code: 'pointer',
      f_funcobj: 'pointer',
      f_globals: 'pointer',
      f_locals: 'pointer',
      frame_obj: 'pointer',
      previous: 'pointer',
      instr: 'pointer',
      localsplus: 'inside',
      owner: 'unsigned char',
      tlbc_index: 'int',
      is_entry: 'unsigned char',
    },
    FRAME_OWNED_BY_CSTACK: 'constant',
    FRAME_OWNED_BY_GENERATOR: 'constant',
    tagMask: 'constant',
    cframe_current_frame: 'pointer',
    cframe_previous: 'pointer',
    tstate_frame: 'pointer',
    PyFrameObject: {
      f_back: 'pointer',
      f_code: 'pointer',
      f_globals: 'pointer',
      f_locals: 'pointer',
      f_lasti: 'int',
      f_state: 'signed char',
      f_localsplus: 'inside',
      f_executing: 'unsigned char',
    },
  },
  PyCodeObject: {
    sizeof: 'size',
    co_filename: 'pointer',
    co_name: 'pointer',
    co_qualname: 'pointer',
    co_firstlineno: 'int',
    co_linetable: 'pointer',
    co_code_adaptive: 'inside',
    co_flags: 'int',
    co_argcount: 'int',
    co_posonlyargcount: 'int',
    co_kwonlyargcount: 'int',
    co_nlocals: 'int',
    co_nlocalsplus: 'int',
    co_localsplusnames: 'pointer',
    co_localspluskinds: 'pointer',
    _co_firsttraceable: 'int',
    co_tlbc: 'pointer',
    co_code: 'pointer',
    co_varnames: 'pointer',
    co_cellvars: 'pointer',
    co_freevars: 'pointer',
  },
  PyUnicodeObject: {
    sizeof_PyASCIIObject: 'size',
    sizeof_PyCompactUnicodeObject: 'size',
    length: 'Py_ssize_t',
    state: 'unsigned int',
    kind_shift: 'bit',
    compact_shift: 'bit',
    ascii_shift: 'bit',
    wstr: 'pointer',
    wstr_length: 'Py_ssize_t',
    data: 'pointer',
    ready_shift: 'bit',
  },
  PyBytesObject: {
    ob_sval: 'inside',
  },
  PyTupleObject: {
    ob_item: 'inside',
  },
  PyLongObject: {
    lv_tag: 'pointer',
    ob_digit: 'unsigned int',
  },
  PyTypeObject: {
    sizeof: 'size',
    tp_name: 'pointer',
    tp_basicsize: 'Py_ssize_t',
    tp_itemsize: 'Py_ssize_t',
    tp_repr: 'pointer',
    tp_flags: 'unsigned long',
    tp_base: 'pointer',
    tp_dict: 'pointer',
    tp_mro: 'pointer',
    tp_dictoffset: 'Py_ssize_t',
    ht_name: 'pointer',
    ht_qualname: 'pointer',
    ht_cached_keys: 'pointer',
  },
  PyDictObject: {
    sizeof: 'size',
    ma_used: 'Py_ssize_t',
    ma_keys: 'pointer',
    ma_values: 'pointer',
  },
  dict: {
    dk_log2_size: 'unsigned char',
    dk_log2_index_bytes: 'unsigned char',
    dk_kind: 'unsigned char',
    dk_nentries: 'Py_ssize_t',
    dk_indices: 'inside',
    PyDictKeyEntry: {
      sizeof: 'size',
      me_key: 'pointer',
      me_value: 'pointer',
    },
    PyDictUnicodeEntry: {
      sizeof: 'size',
      me_key: 'pointer',
      me_value: 'pointer',
    },
    DICT_KEYS_GENERAL: 'constant',
    dk_size: 'Py_ssize_t',
    ma_mask: 'Py_ssize_t',
    ma_table: 'pointer',
  },
  instances: {
    managed_dict: 'pointer',
    Py_TPFLAGS_MANAGED_DICT: 'constant',
    Py_TPFLAGS_INLINE_VALUES: 'constant',
    dictvalues: {
      capacity: 'unsigned char',
      size: 'unsigned char',
      valid: 'unsigned char',
      values: 'inside',
    },
    managed_values: 'pointer',
  },
  objects: {
    PyFloatObject: {
      ob_fval: 'double',
    },
    PyComplexObject: {
      'cval.real': 'double',
      'cval.imag': 'double',
    },
    PyListObject: {
      ob_item: 'pointer',
    },
    PySetObject: {
      fill: 'Py_ssize_t',
      used: 'Py_ssize_t',
      mask: 'Py_ssize_t',
      table: 'pointer',
    },
    PySliceObject: {
      start: 'pointer',
      stop: 'pointer',
      step: 'pointer',
    },
    rangeobject: {
      start: 'pointer',
      stop: 'pointer',
      step: 'pointer',
    },
    PyByteArrayObject: {
      ob_start: 'pointer',
    },
    PyMemoryViewObject: {
      flags: 'int',
    },
    dequeobject: {
      leftblock: 'pointer',
      leftindex: 'Py_ssize_t',
      maxlen: 'Py_ssize_t',
      len: 'Py_ssize_t',
    },
    defdictobject: {
      default_factory: 'pointer',
    },
    _odictobject: {
      od_first: 'pointer',
    },
    PyFunctionObject: {
      func_name: 'pointer',
      func_qualname: 'pointer',
      vectorcall: 'pointer',
    },
    PyMethodObject: {
      im_func: 'pointer',
      im_self: 'pointer',
    },
    PyCFunctionObject: {
      m_ml: 'pointer',
      m_self: 'pointer',
    },
    PyDescrObject: {
      d_type: 'pointer',
      d_name: 'pointer',
    },
    PyMemberDescrObject: {
      d_member: 'pointer',
    },
    classmethod: {
      cm_callable: 'pointer',
    },
    partialobject: {
      fn: 'pointer',
      args: 'pointer',
      kw: 'pointer',
    },
    PyCellObject: {
      ob_ref: 'pointer',
    },
    PyModuleObject: {
      md_dict: 'pointer',
    },
    PyWeakReference: {
      wr_object: 'pointer',
    },
    generators: {
      gi_iframe: 'inside',
      gi_frame_state: 'signed char',
      gi_qualname: 'pointer',
      gi_frame: 'pointer',
      gi_code: 'pointer',
      gi_running: 'int',
    },
    PyBaseExceptionObject: {
      args: 'pointer',
    },
    PyDateTime_Delta: {
      days: 'int',
      seconds: 'int',
      microseconds: 'int',
    },
    PyDateTime_Date: {
      data: 'inside',
    },
    PyDateTime_DateTime: {
      hastzinfo: 'unsigned char',
      data: 'inside',
      fold: 'unsigned char',
      tzinfo: 'pointer',
    },
    PyDateTime_Time: {
      hastzinfo: 'unsigned char',
      data: 'inside',
      fold: 'unsigned char',
      tzinfo: 'pointer',
    },
    PyDateTime_TimeZone: {
      offset: 'pointer',
      name: 'pointer',
    },
    PyDecObject: {
      'dec.flags': 'unsigned char',
      'dec.exp': 'Py_ssize_t',
      'dec.digits': 'Py_ssize_t',
      'dec.len': 'Py_ssize_t',
      'dec.data': 'pointer',
    },
    lockobject: {
      semaphore: { tp_basicsize: 'size', locked: 'unsigned char' },
      mutex: { tp_basicsize: 'size', lock: 'unsigned char' },
    },
    rlockobject: {
      mutex: 'unsigned char',
      thread: 'unsigned long',
      level: 'unsigned long',
      rlock_owner: 'unsigned long',
      rlock_count: 'unsigned long',
    },
    parts: {
      setentry: {
        sizeof: 'size',
        key: 'pointer',
        hash: 'Py_ssize_t',
      },
      BLOCK: {
        data: 'inside',
        rightlink: 'pointer',
        BLOCKLEN: 'constant',
      },
      _odictnode: {
        key: 'pointer',
        next: 'pointer',
      },
      PyMethodDef: {
        ml_name: 'pointer',
      },
      PyMemberDef: {
        name: 'pointer',
        type: 'int',
        offset: 'Py_ssize_t',
        T_OBJECT_EX: 'constant',
      },
      frameStates: {
        FRAME_CREATED: 'constant',
        FRAME_EXECUTING: 'constant',
        FRAME_CLEARED: 'constant',
        FRAME_COMPLETED: 'constant',
      },
    },
  },
  _PyCodeArray: {
    size: 'Py_ssize_t',
    entries: 'inside',
  },
  python2: {
    sysdict: 'pointer',
    unicodeUnit: 'constant',
    PyUnicodeObject: {
      length: 'Py_ssize_t',
      str: 'pointer',
    },
    PyIntObject: {
      ob_ival: 'long',
    },
    PyClassObject: {
      cl_dict: 'pointer',
      cl_name: 'pointer',
    },
    PyInstanceObject: {
      in_class: 'pointer',
      in_dict: 'pointer',
    },
    rangeobject: {
      start: 'long',
      step: 'long',
      len: 'long',
    },
    PyByteArrayObject: {
      ob_bytes: 'pointer',
    },
    PyFileObject: {
      f_fp: 'pointer',
      f_name: 'pointer',
      f_mode: 'pointer',
    },
    PyMethodObject: {
      im_class: 'pointer',
    },
  },
} as const satisfies KindsOf<Omit<Layout, 'version' | 'origin' | 'root'>>;
