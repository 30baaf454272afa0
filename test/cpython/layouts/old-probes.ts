/** Which C expression stands behind each number of the rows of 2.7 and 3.6? */
import type { Layout2_7, Layout3_6, OldRoots } from '../../../src/cpython/layouts/old-layout.js';
import { layoutProbes } from './layout-probes.js';
import { objectProbes } from './object-probes.js';
import { of, type Probed, sizeOf, start, value, when } from './probes.js';

type Rest<T> = Probed<Omit<T, 'version' | 'origin' | 'globals'>> & { globals: OldRoots['globals'] };

function rootProbes(v: number): Probed<Pick<OldRoots, 'PyInterpreterState' | 'PyThreadState'>> {
  const interp = of('PyInterpreterState');
  const tstate = of('PyThreadState');
  return {
    PyInterpreterState: {
      sizeof: sizeOf('PyInterpreterState'),
      next: interp('next'),
      threads_head: interp('tstate_head'),
      modules: interp('modules'),
    },
    PyThreadState: {
      sizeof: sizeOf('PyThreadState'),
      prev: when(v >= 304, tstate('prev')),
      next: tstate('next'),
      interp: tstate('interp'),
      thread_id: tstate('thread_id', 'long'),
      curexc_type: tstate('curexc_type'),
      curexc_value: tstate('curexc_value'),
      curexc_traceback: tstate('curexc_traceback'),
      exc_type: tstate('exc_type'),
      exc_value: tstate('exc_value'),
      exc_traceback: tstate('exc_traceback'),
    },
  };
}

export function probes3_6(): Rest<Layout3_6> {
  const { _PyRuntimeState, gil, gc, PyInterpreterState, PyThreadState, _PyErr_StackItem, ...same } = layoutProbes(
    306,
    0,
    false,
  );
  return {
    strings: 'compact',
    globals: {
      _PyThreadState_Current: '_PyThreadState_Current',
      interp_head: 'interp_head',
      collecting: 'collecting',
      finalizing: '_Py_Finalizing',
      gil: {
        kind: 'variables',
        last_holder: 'gil_last_holder',
        locked: 'gil_locked',
        cond: 'gil_cond',
        mutex: 'gil_mutex',
        switch_cond: 'switch_cond',
        switch_mutex: 'switch_mutex',
      },
    },
    ...rootProbes(306),
    ...same,
  };
}

export function probes2_7(): Rest<Layout2_7> {
  const { PyObject, PyVarObject, PyTupleObject, frames, PyCodeObject, PyTypeObject } = layoutProbes(207, 0, false);
  const { co_kwonlyargcount, ...code } = PyCodeObject;
  const { ht_qualname, ht_cached_keys, ...type } = PyTypeObject;
  const unicode = of('PyUnicodeObject');
  const dict = of('PyDictObject');
  const entry = of('PyDictEntry');
  return {
    strings: 'bytes',
    globals: {
      _PyThreadState_Current: '_PyThreadState_Current',
      interp_head: 'interp_head',
      collecting: 'collecting',
      gil: { kind: 'lock', interpreter_lock: 'interpreter_lock' },
    },
    ...rootProbes(207),
    PyObject,
    PyVarObject,
    PyTupleObject,
    frames,
    PyCodeObject: code,
    PyStringObject: { ob_sval: start('PyStringObject', 'ob_sval') },
    PyUnicodeObject: { length: unicode('length', 'ssize'), str: unicode('str') },
    PyIntObject: { ob_ival: of('PyIntObject')('ob_ival', 'long') },
    PyLongObject: { ob_digit: start('struct _longobject', 'ob_digit') },
    PyTypeObject: type,
    PyDictObject: {
      sizeof: sizeOf('PyDictObject'),
      ma_fill: dict('ma_fill', 'ssize'),
      ma_used: dict('ma_used', 'ssize'),
      ma_mask: dict('ma_mask', 'ssize'),
      ma_table: dict('ma_table'),
    },
    PyDictEntry: {
      sizeof: sizeOf('PyDictEntry'),
      me_hash: entry('me_hash', 'ssize'),
      me_key: entry('me_key'),
      me_value: entry('me_value'),
    },
    PyClassObject: {
      cl_bases: of('PyClassObject')('cl_bases'),
      cl_dict: of('PyClassObject')('cl_dict'),
      cl_name: of('PyClassObject')('cl_name'),
    },
    PyInstanceObject: { in_class: of('PyInstanceObject')('in_class'), in_dict: of('PyInstanceObject')('in_dict') },
    objects: objects2_7(),
  };
}

function objects2_7(): Probed<Layout2_7['objects']> {
  const same = objectProbes(207, 0);
  const range = of('rangeobject');
  const deque = of('dequeobject');
  const func = of('PyFunctionObject');
  const generator = of('PyGenObject');
  const exception = of('PyBaseExceptionObject');
  const { flags, ...view } = same.PyMemoryViewObject;
  const { fold: datetimeFold, ...datetime } = same.PyDateTime_DateTime;
  const { fold: timeFold, ...time } = same.PyDateTime_Time;
  const { _odictnode, frameStates, ...parts } = same.parts;
  return {
    PyFloatObject: same.PyFloatObject,
    PyComplexObject: same.PyComplexObject,
    PyListObject: same.PyListObject,
    PySetObject: same.PySetObject,
    PySliceObject: same.PySliceObject,
    rangeobject: { start: range('start', 'long'), step: range('step', 'long'), len: range('len', 'long') },
    PyByteArrayObject: { ob_bytes: of('PyByteArrayObject')('ob_bytes') },
    PyMemoryViewObject: view,
    dequeobject: { ...same.dequeobject, len: deque('len', 'ssize') },
    defdictobject: same.defdictobject,
    PyFunctionObject: {
      func_name: func('func_name'),
      func_module: func('func_module'),
      func_code: func('func_code'),
    },
    PyMethodObject: same.PyMethodObject,
    PyCFunctionObject: same.PyCFunctionObject,
    PyDescrObject: same.PyDescrObject,
    PyMemberDescrObject: same.PyMemberDescrObject,
    classmethod: same.classmethod,
    partialobject: same.partialobject,
    PyCellObject: same.PyCellObject,
    PyModuleObject: { md_dict: of('PyModuleObject')('md_dict') },
    PyWeakReference: same.PyWeakReference,
    generators: { gi_frame: generator('gi_frame'), gi_code: generator('gi_code') },
    PyBaseExceptionObject: {
      dict: exception('dict'),
      args: exception('args'),
      message: exception('message'),
    },
    PyTracebackObject: same.PyTracebackObject,
    PyDateTime_Delta: same.PyDateTime_Delta,
    PyDateTime_Date: same.PyDateTime_Date,
    PyDateTime_DateTime: datetime,
    PyDateTime_Time: time,
    lockobject: { lock_lock: of('lockobject')('lock_lock') },
    parts: { ...parts, BLOCK: { ...parts.BLOCK, BLOCKLEN: value('BLOCKLEN') } },
  };
}
