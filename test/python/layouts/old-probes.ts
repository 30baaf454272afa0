/** Which C expression stands behind each number of the rows of 2.7 and 3.6? */
import type { Layout } from '../../../src/python/layouts/layout.js';
import type { Python2Layout } from '../../../src/python/layouts/old-layout.js';
import { layoutProbes } from './layout-probes.js';
import { objectProbes } from './object-probes.js';
import { of, type Probe, type Probed, sizeOf, start, value, when } from './probes.js';

type Row = Probed<Omit<Layout, 'version' | 'origin'>>;
/** A row of a version without `_PyRuntime`; what is no number stands as it is. */
export type OldRow = Omit<Row, 'python2'> & {
  python2?: Probed<Omit<Python2Layout, 'unicodeUnit'>> & { unicodeUnit: null };
};

function rootProbes(v: number) {
  const interp = of('PyInterpreterState');
  const tstate = of('PyThreadState');
  return {
    // The variable `interp_head`.
    _PyRuntimeState: { 'interpreters.head': value('0') },
    gc: { owner: 'variable' },
    PyInterpreterState: {
      next: interp('next'),
      threads_head: interp('tstate_head'),
      modules: interp('modules'),
    },
    PyThreadState: {
      sizeof: sizeOf('PyThreadState'),
      prev: when(v >= 304, tstate('prev')),
      next: tstate('next'),
      interp: tstate('interp'),
      thread_id: tstate('thread_id'),
      curexc_type: tstate('curexc_type'),
      curexc_value: tstate('curexc_value'),
      exc_type: tstate('exc_type'),
      exc_value: tstate('exc_value'),
    },
  } as const;
}

export function probes3_6(): OldRow {
  const { _PyErr_StackItem, python2, ...same } = layoutProbes(306, false);
  return {
    ...same,
    ...rootProbes(306),
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
    gil: { kind: 'variables' },
  };
}

export function probes2_7(): OldRow {
  const { PyObject, PyVarObject, PyTupleObject, frames, PyCodeObject, PyTypeObject } = layoutProbes(207, false);
  const { co_kwonlyargcount, ...code } = PyCodeObject;
  const { ht_qualname, ht_cached_keys, ...type } = PyTypeObject;
  const dict = of('PyDictObject');
  const entry = of('PyDictEntry');
  return {
    ...rootProbes(207),
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
    gil: { kind: 'lock' },
    PyObject,
    PyVarObject,
    PyTupleObject,
    frames: { ...(frames as Extract<typeof frames, { kind: 'frame-objects' }>), evalLoop: 'PyEval_EvalFrameEx' },
    PyCodeObject: { ...code, positions: 'unsigned-lnotab' },
    PyBytesObject: { ob_sval: start('PyStringObject', 'ob_sval') },
    PyLongObject: { sign: 'ob_size', ob_digit: of('struct _longobject')('ob_digit[0]') },
    PyTypeObject: type,
    PyDictObject: { sizeof: sizeOf('PyDictObject'), ma_used: dict('ma_used') },
    dict: {
      keys: 'table',
      ma_mask: dict('ma_mask'),
      ma_table: dict('ma_table'),
      PyDictKeyEntry: {
        sizeof: sizeOf('PyDictEntry'),
        me_key: entry('me_key'),
        me_value: entry('me_value'),
      },
    },
    instances: { kind: 'dictoffset', values: 'array' },
    python2: python2Probes(),
    objects: objects2_7(),
  };
}

function python2Probes(): OldRow['python2'] {
  const unicode = of('PyUnicodeObject');
  const file = of('PyFileObject');
  const range = of('rangeobject');
  return {
    sysdict: of('PyInterpreterState')('sysdict'),
    PyUnicodeObject: { length: unicode('length'), str: unicode('str') },
    unicodeUnit: null,
    PyIntObject: { ob_ival: of('PyIntObject')('ob_ival') },
    PyClassObject: {
      cl_dict: of('PyClassObject')('cl_dict'),
      cl_name: of('PyClassObject')('cl_name'),
    },
    PyInstanceObject: { in_class: of('PyInstanceObject')('in_class'), in_dict: of('PyInstanceObject')('in_dict') },
    rangeobject: { start: range('start'), step: range('step'), len: range('len') },
    PyByteArrayObject: { ob_bytes: of('PyByteArrayObject')('ob_bytes') },
    PyFileObject: { f_fp: file('f_fp'), f_name: file('f_name'), f_mode: file('f_mode') },
    PyMethodObject: { im_class: of('PyMethodObject')('im_class') },
  };
}

function objects2_7(): Row['objects'] {
  const same = objectProbes(207);
  const func = of('PyFunctionObject');
  const generator = of('PyGenObject');
  const exception = of('PyBaseExceptionObject');
  const { flags, ...view } = same.PyMemoryViewObject;
  const { fold: datetimeFold, ...datetime } = same.PyDateTime_DateTime;
  const { fold: timeFold, ...time } = same.PyDateTime_Time;
  const { _odictnode, frameStates, ...parts } = same.parts;
  const {
    rangeobject,
    PyByteArrayObject,
    _odictobject,
    PyDateTime_TimeZone,
    PyDecObject,
    lockobject,
    rlockobject,
    ...rest
  } = same;
  return {
    ...rest,
    PyMemoryViewObject: view,
    dequeobject: { ...same.dequeobject, len: of('dequeobject')('len') },
    PyFunctionObject: {
      func_name: func('func_name'),
    },
    PyModuleObject: { md_dict: of('PyModuleObject')('md_dict') },
    generators: {
      kind: 'frame-object',
      gi_frame: generator('gi_frame'),
      gi_code: generator('gi_code'),
      gi_running: generator('gi_running'),
    },
    PyBaseExceptionObject: { args: exception('args') },
    PyDateTime_DateTime: datetime,
    PyDateTime_Time: time,
    parts: { ...parts, BLOCK: { ...parts.BLOCK, BLOCKLEN: value('BLOCKLEN') as Probe } },
  };
}
