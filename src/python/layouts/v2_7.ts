/** The offsets of CPython 2.7, as its headers have them: whole, for nothing before it is read. */
import type { Layout } from './layout.js';

export const v2_7: Layout = {
  version: '2.7',
  origin: 'row',
  str: 'bytes',
  int: 'C long',
  threading: 'private-names',
  root: {
    kind: 'variables',
    symbols: [
      'interp_head',
      '_PyThreadState_Current',
      'collecting',
      '_PyGC_generation0',
      'Py_IsInitialized()',
      'interpreter_lock',
    ],
  },
  _PyRuntimeState: {
    'interpreters.head': 0,
  },
  gil: {
    kind: 'lock',
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
    sizeof: 168,
    next: 0,
    interp: 8,
    thread_id: 144,
    curexc_type: 72,
    curexc_value: 80,
    exc_type: 96,
    exc_value: 104,
  },
  PyObject: {
    sizeof: 16,
    ob_type: 8,
  },
  PyVarObject: {
    sizeof: 24,
    ob_size: 16,
  },
  PyTupleObject: {
    ob_item: 24,
  },
  frames: {
    kind: 'frame-objects',
    tstate_frame: 16,
    PyFrameObject: {
      f_back: 24,
      f_code: 32,
      f_globals: 48,
      f_locals: 56,
      f_lasti: 120,
      f_localsplus: 376,
    },
    evalLoop: 'PyEval_EvalFrameEx',
    lasti: 'bytes',
  },
  PyCodeObject: {
    sizeof: 128,
    co_filename: 80,
    co_name: 88,
    co_firstlineno: 96,
    co_linetable: 104,
    positions: 'unsigned-lnotab',
    co_code: 32,
    co_flags: 28,
    co_argcount: 16,
    co_nlocals: 20,
    co_varnames: 56,
    co_cellvars: 72,
    co_freevars: 64,
  },
  PyBytesObject: {
    ob_sval: 36,
  },
  PyLongObject: {
    sign: 'ob_size',
    ob_digit: 24,
  },
  PyTypeObject: {
    sizeof: 392,
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
  },
  PyDictObject: {
    sizeof: 248,
    ma_used: 24,
  },
  dict: {
    keys: 'table',
    ma_mask: 32,
    ma_table: 40,
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
  python2: {
    sysdict: 24,
    PyUnicodeObject: {
      length: 16,
      str: 24,
    },
    unicodeUnit: null,
    PyIntObject: {
      ob_ival: 16,
    },
    PyClassObject: {
      cl_dict: 24,
      cl_name: 32,
    },
    PyInstanceObject: {
      in_class: 16,
      in_dict: 24,
    },
    rangeobject: {
      start: 16,
      step: 24,
      len: 32,
    },
    PyByteArrayObject: {
      ob_bytes: 40,
    },
    PyFileObject: {
      f_fp: 16,
      f_name: 24,
      f_mode: 32,
    },
    PyMethodObject: {
      im_class: 32,
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
    PyMemoryViewObject: {},
    dequeobject: {
      leftblock: 16,
      leftindex: 32,
      maxlen: 64,
      len: 48,
    },
    defdictobject: {
      default_factory: 248,
    },
    PyFunctionObject: {
      func_name: 56,
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
      d_member: 32,
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
      gi_running: 24,
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
      tzinfo: 40,
    },
    PyDateTime_Time: {
      hastzinfo: 24,
      data: 25,
      tzinfo: 32,
    },
    parts: {
      setentry: {
        sizeof: 16,
        key: 8,
        hash: 0,
      },
      BLOCK: {
        data: 0,
        rightlink: 496,
        BLOCKLEN: 62,
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
