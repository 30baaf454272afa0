/** Which C expression stands behind each number of an `ObjectLayout`? `v` is `major * 100 + minor`. */
import type {
  GeneratorLayout,
  LockLayout,
  ObjectLayout,
  ObjectParts,
  RLockLayout,
} from '../../../src/python/layouts/objects.js';
import { of, type Probed, sizeOf, start, value, when } from './probes.js';

export function objectProbes(v: number): Probed<ObjectLayout> {
  const set = of('PySetObject');
  const slice = of('PySliceObject');
  const range = of('rangeobject');
  const view = of('PyMemoryViewObject');
  const deque = of('dequeobject');
  const func = of('PyFunctionObject');
  const method = of('PyMethodObject');
  const cfunction = of('PyCFunctionObject');
  const partial = of('partialobject');
  const module = of('PyModuleObject');
  const exception = of('PyBaseExceptionObject');
  const delta = of('PyDateTime_Delta');
  const datetime = of('PyDateTime_DateTime');
  const time = of('PyDateTime_Time');
  const timezone = of('PyDateTime_TimeZone');
  const decimal = of('PyDecObject');
  return {
    PyFloatObject: { ob_fval: of('PyFloatObject')('ob_fval') },
    PyComplexObject: {
      'cval.real': of('PyComplexObject')('cval.real'),
      'cval.imag': of('PyComplexObject')('cval.imag'),
    },
    PyListObject: { ob_item: of('PyListObject')('ob_item') },
    PySetObject: {
      fill: set('fill'),
      used: set('used'),
      mask: set('mask'),
      table: set('table'),
    },
    PySliceObject: { start: slice('start'), stop: slice('stop'), step: slice('step') },
    rangeobject: { start: range('start'), stop: range('stop'), step: range('step') },
    PyByteArrayObject: { ob_start: of('PyByteArrayObject')('ob_start') },
    PyMemoryViewObject: {
      flags: view('flags'),
    },
    dequeobject: {
      leftblock: deque('leftblock'),
      leftindex: deque('leftindex'),
      maxlen: deque('maxlen'),
    },
    defdictobject: { default_factory: of('defdictobject')('default_factory') },
    _odictobject: { od_first: of('_odictobject')('od_first') },
    PyFunctionObject: {
      func_name: func('func_name'),
      func_qualname: func('func_qualname'),
      vectorcall: when(v >= 311, func('vectorcall')),
    },
    PyMethodObject: { im_func: method('im_func'), im_self: method('im_self') },
    PyCFunctionObject: { m_ml: cfunction('m_ml'), m_self: cfunction('m_self') },
    PyDescrObject: { d_type: of('PyDescrObject')('d_type'), d_name: of('PyDescrObject')('d_name') },
    PyMemberDescrObject: { d_member: of('PyMemberDescrObject')('d_member') },
    classmethod: { cm_callable: of('classmethod')('cm_callable') },
    partialobject: { fn: partial('fn'), args: partial('args'), kw: partial('kw') },
    PyCellObject: { ob_ref: of('PyCellObject')('ob_ref') },
    PyModuleObject: { md_dict: module('md_dict') },
    PyWeakReference: { wr_object: of('PyWeakReference')('wr_object') },
    generators: generatorProbes(v),
    PyBaseExceptionObject: {
      args: exception('args'),
    },
    PyDateTime_Delta: {
      days: delta('days'),
      seconds: delta('seconds'),
      microseconds: delta('microseconds'),
    },
    PyDateTime_Date: { data: start('PyDateTime_Date', 'data') },
    PyDateTime_DateTime: {
      hastzinfo: datetime('hastzinfo'),
      data: start('PyDateTime_DateTime', 'data'),
      fold: datetime('fold'),
      tzinfo: datetime('tzinfo'),
    },
    PyDateTime_Time: {
      hastzinfo: time('hastzinfo'),
      data: start('PyDateTime_Time', 'data'),
      fold: time('fold'),
      tzinfo: time('tzinfo'),
    },
    PyDateTime_TimeZone: { offset: timezone('offset'), name: timezone('name') },
    PyDecObject: {
      'dec.flags': decimal('dec.flags'),
      'dec.exp': decimal('dec.exp'),
      'dec.digits': decimal('dec.digits'),
      'dec.len': decimal('dec.len'),
      'dec.data': decimal('dec.data'),
    },
    lockobject: lockProbes(v),
    rlockobject: rlockProbes(v),
    parts: partProbes(v),
  };
}

function generatorProbes(v: number): Probed<GeneratorLayout> {
  const generator = of('PyGenObject');
  const names = { gi_qualname: generator('gi_qualname') };
  return v <= 310
    ? { kind: 'frame-object', gi_frame: generator('gi_frame'), gi_code: generator('gi_code'), ...names }
    : {
        kind: 'inline-frame',
        gi_iframe: start('PyGenObject', 'gi_iframe'),
        gi_frame_state: generator('gi_frame_state'),
        ...names,
      };
}

function lockProbes(v: number): Probed<LockLayout> {
  return {
    semaphore: when(v <= 313, {
      tp_basicsize: sizeOf('lockobject'),
      locked: of('lockobject')('locked'),
    }),
    mutex: when(v >= 313, {
      tp_basicsize: sizeOf('mutex_lockobject'),
      lock: of('mutex_lockobject')('lock'),
    }),
  };
}

function rlockProbes(v: number): Probed<RLockLayout> {
  const lock = of('rlockobject');
  return v >= 314
    ? {
        kind: 'mutex',
        mutex: lock('lock.mutex'),
        thread: lock('lock.thread'),
        level: lock('lock.level'),
      }
    : { kind: 'counted', rlock_owner: lock('rlock_owner'), rlock_count: lock('rlock_count') };
}

function partProbes(v: number): Probed<ObjectParts> {
  const entry = of('setentry');
  const block = of('block');
  const node = of('_ODictNode');
  const member = of('PyMemberDef');
  return {
    setentry: { sizeof: sizeOf('setentry'), key: entry('key'), hash: entry('hash') },
    BLOCK: {
      data: start('block', 'data'),
      rightlink: block('rightlink'),
      BLOCKLEN: value('BLOCKLEN'),
    },
    _odictnode: { key: node('key'), next: node('next') },
    PyMethodDef: { ml_name: of('PyMethodDef')('ml_name') },
    PyMemberDef: {
      name: member('name'),
      type: member('type'),
      offset: member('offset'),
      T_OBJECT_EX: value('T_OBJECT_EX'),
    },
    frameStates: when(v >= 310, {
      FRAME_CREATED: value('FRAME_CREATED'),
      FRAME_EXECUTING: value('FRAME_EXECUTING'),
      // 3.10: FRAME_RETURNED, of the same value.
      FRAME_COMPLETED: when(v >= 311 && v <= 314, value('FRAME_COMPLETED')),
      FRAME_CLEARED: value('FRAME_CLEARED'),
    }),
  };
}
