/** The offsets of CPython 3.6, as its headers have them: whole, for all that follow are told by what differs. */
import type { Layout } from './layout.js';

export const v3_6: Layout = {
  version: '3.6',
  origin: 'row',
  str: 'characters',
  int: 'digits',
  threading: 'names',
  root: {
    kind: 'variables',
    symbols: [
      'interp_head',
      '_PyThreadState_Current',
      'collecting',
      '_PyGC_generation0',
      'Py_IsInitialized()',
      '_Py_Finalizing',
      'gil_last_holder',
      'gil_locked',
      'gil_cond',
      'gil_mutex',
      'switch_cond',
      'switch_mutex',
    ],
  },
  _PyRuntimeState: {
    'interpreters.head': 0,
  },
  gil: {
    kind: 'variables',
  },
  gc: {
    owner: 'variable',
  },
  PyInterpreterState: {
    next: 0,
    threads_head: 8,
    modules: 16,
  },
  PyThreadState: {
    sizeof: 2272,
    prev: 0,
    next: 8,
    interp: 16,
    thread_id: 152,
    curexc_type: 80,
    curexc_value: 88,
    exc_type: 104,
    exc_value: 112,
  },
  PyObject: {
    sizeof: 16,
    ob_type: 8,
  },
  PyVarObject: {
    sizeof: 24,
    ob_size: 16,
  },
  frames: {
    kind: 'frame-objects',
    tstate_frame: 24,
    PyFrameObject: {
      f_back: 24,
      f_code: 32,
      f_globals: 48,
      f_locals: 56,
      f_lasti: 120,
      f_executing: 132,
      f_localsplus: 376,
    },
    lasti: 'bytes',
  },
  PyCodeObject: {
    sizeof: 144,
    co_filename: 96,
    co_name: 104,
    co_firstlineno: 36,
    co_linetable: 112,
    positions: 'lnotab',
    co_code: 40,
    co_flags: 32,
    co_argcount: 16,
    co_kwonlyargcount: 20,
    co_nlocals: 24,
    co_varnames: 64,
    co_cellvars: 80,
    co_freevars: 72,
  },
  PyUnicodeObject: {
    sizeof_PyASCIIObject: 48,
    sizeof_PyCompactUnicodeObject: 72,
    length: 16,
    state: 32,
    kind_shift: 2,
    compact_shift: 5,
    ascii_shift: 6,
    ready_shift: 7,
    wstr: 40,
    wstr_length: 64,
    data: 72,
  },
  PyBytesObject: {
    ob_sval: 32,
  },
  PyTupleObject: {
    ob_item: 24,
  },
  PyLongObject: {
    sign: 'ob_size',
    ob_digit: 24,
  },
  PyTypeObject: {
    sizeof: 400,
    tp_name: 24,
    tp_basicsize: 32,
    tp_itemsize: 40,
    tp_repr: 88,
    tp_flags: 168,
    tp_base: 256,
    tp_dict: 264,
    tp_mro: 344,
    tp_dictoffset: 288,
    ht_name: 832,
    ht_qualname: 848,
    ht_cached_keys: 856,
  },
  PyDictObject: {
    sizeof: 48,
    ma_used: 16,
    ma_keys: 32,
    ma_values: 40,
  },
  dict: {
    keys: 'sized',
    dk_size: 8,
    dk_nentries: 32,
    dk_indices: 40,
    PyDictKeyEntry: {
      sizeof: 24,
      me_key: 8,
      me_value: 16,
    },
  },
  instances: {
    kind: 'dictoffset',
    values: 'array',
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
      func_name: 64,
      func_qualname: 104,
    },
    PyMethodObject: {
      im_func: 16,
      im_self: 24,
    },
    PyCFunctionObject: {
      m_ml: 16,
      m_self: 24,
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
    },
    PyWeakReference: {
      wr_object: 16,
    },
    generators: {
      kind: 'frame-object',
      gi_frame: 16,
      gi_code: 32,
      gi_qualname: 56,
    },
    PyBaseExceptionObject: {
      args: 24,
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
      semaphore: { tp_basicsize: 40, locked: 32 },
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
    },
  },
};
