/**
 * Which C expression stands behind each number of a `Layout`? `version` is `major * 100 + minor`: this is the one place
 * besides the rows that knows what changed when, told a second time on purpose.
 */
import type {
  DictLayout,
  FrameLayout,
  GcLayout,
  GilLayout,
  InstanceLayout,
  Layout,
} from '../../../src/python/layouts/layout.js';
import { objectProbes } from './object-probes.js';
import { of, type Probe, type Probed, shift, sizeAtLeast, sizeOf, start, value, when } from './probes.js';

type Row = Omit<Layout, 'version' | 'origin'>;

export function layoutProbes(version: number, freeThreaded: boolean): Probed<Row> {
  const v = version;
  const object = of('PyObject');
  const varObject = of('PyVarObject');
  const runtime = of('_PyRuntimeState');
  const interp = of('PyInterpreterState');
  const tstate = of('PyThreadState');
  const stackItem = of('_PyErr_StackItem');
  const code = of('PyCodeObject');
  const type = of('PyTypeObject');
  const heapType = of('PyHeapTypeObject');
  const dict = of('PyDictObject');
  const ascii = of('PyASCIIObject');
  const unicodeBit = (member: string): Probe => shift('PyASCIIObject', 'state', member);
  const statusBit = (member: string): Probe => shift('PyThreadState', '_status', member);

  return {
    root: { kind: '_PyRuntime' },
    str: 'characters',
    int: 'digits',
    threading: 'names',
    PyObject: { sizeof: sizeOf('PyObject'), ob_type: object('ob_type') },
    PyVarObject: { sizeof: sizeOf('PyVarObject'), ob_size: varObject('ob_size') },
    _PyRuntimeState: {
      'interpreters.head': runtime('interpreters.head'),
      'interpreters.main': runtime('interpreters.main'),
      finalizing: v >= 309 ? runtime('_finalizing') : runtime('finalizing'),
      initialized: runtime('initialized'),
    },
    PyInterpreterState: {
      next: interp('next'),
      id: interp('id'),
      threads_head: v >= 311 ? interp('threads.head') : interp('tstate_head'),
      modules: v >= 312 ? interp('imports.modules') : interp('modules'),
    },
    gil: gilProbes(v, freeThreaded),
    gc: gcProbes(v),
    PyThreadState: {
      sizeof: sizeAtLeast('PyThreadState'),
      prev: tstate('prev'),
      next: tstate('next'),
      interp: tstate('interp'),
      thread_id: tstate('thread_id'),
      native_thread_id: when(v >= 311, tstate('native_thread_id')),
      _status: when(v >= 312, tstate('_status')),
      status_bits: when(v >= 312, {
        bound: statusBit('bound'),
        unbound: statusBit('unbound'),
        finalizing: statusBit('finalizing'),
      }),
      state: when(v >= 313, tstate('state')),
      id: tstate('id'),
      curexc_type: when(v <= 311, tstate('curexc_type')),
      curexc_value: when(v <= 311, tstate('curexc_value')),
      current_exception: when(v >= 312, tstate('current_exception')),
      exc_info: tstate('exc_info'),
      datastack_chunk: when(v >= 311, tstate('datastack_chunk')),
      datastack_top: when(v >= 311, tstate('datastack_top')),
    },
    _PyErr_StackItem: {
      exc_type: when(v <= 310, stackItem('exc_type')),
      exc_value: stackItem('exc_value'),
      previous_item: stackItem('previous_item'),
    },
    frames: frameProbes(v, freeThreaded),
    PyCodeObject: {
      sizeof: sizeOf('PyCodeObject'),
      co_filename: code('co_filename'),
      co_name: code('co_name'),
      co_qualname: when(v >= 311, code('co_qualname')),
      co_firstlineno: code('co_firstlineno'),
      co_linetable: v >= 310 ? code('co_linetable') : code('co_lnotab'),
      positions: v >= 311 ? 'locations' : v >= 310 ? 'linetable' : 'lnotab',
      co_code: when(v <= 310, code('co_code')),
      co_code_adaptive: when(v >= 311, start('PyCodeObject', 'co_code_adaptive')),
      co_flags: code('co_flags'),
      co_argcount: code('co_argcount'),
      co_posonlyargcount: when(v >= 308, code('co_posonlyargcount')),
      co_kwonlyargcount: code('co_kwonlyargcount'),
      co_nlocals: code('co_nlocals'),
      co_nlocalsplus: when(v >= 311, code('co_nlocalsplus')),
      co_varnames: when(v <= 310, code('co_varnames')),
      co_cellvars: when(v <= 310, code('co_cellvars')),
      co_freevars: when(v <= 310, code('co_freevars')),
      co_localsplusnames: when(v >= 311, code('co_localsplusnames')),
      co_localspluskinds: when(v >= 311, code('co_localspluskinds')),
      _co_firsttraceable: when(v >= 311, code('_co_firsttraceable')),
      co_tlbc: when(v >= 314 && freeThreaded, code('co_tlbc')),
    },
    PyUnicodeObject: {
      sizeof_PyASCIIObject: sizeOf('PyASCIIObject'),
      sizeof_PyCompactUnicodeObject: sizeOf('PyCompactUnicodeObject'),
      length: ascii('length'),
      state: ascii('state'),
      kind_shift: unicodeBit('kind'),
      compact_shift: unicodeBit('compact'),
      ascii_shift: unicodeBit('ascii'),
      ready_shift: when(v < 312, unicodeBit('ready')),
      wstr: when(v < 312, ascii('wstr')),
      wstr_length: when(v < 312, of('PyCompactUnicodeObject')('wstr_length')),
      data: of('PyUnicodeObject')('data.any'),
    },
    PyBytesObject: { ob_sval: start('PyBytesObject', 'ob_sval') },
    PyTupleObject: { ob_item: start('PyTupleObject', 'ob_item') },
    PyLongObject: {
      sign: v >= 312 ? 'lv_tag' : 'ob_size',
      lv_tag: when(v >= 312, of('PyLongObject')('long_value.lv_tag')),
      ob_digit: of('PyLongObject')(v >= 312 ? 'long_value.ob_digit[0]' : 'ob_digit[0]'),
    },
    PyTypeObject: {
      sizeof: sizeOf('PyTypeObject'),
      tp_name: type('tp_name'),
      tp_basicsize: type('tp_basicsize'),
      tp_itemsize: type('tp_itemsize'),
      tp_repr: type('tp_repr'),
      tp_flags: type('tp_flags'),
      tp_base: type('tp_base'),
      tp_dict: type('tp_dict'),
      tp_mro: type('tp_mro'),
      tp_dictoffset: type('tp_dictoffset'),
      ht_name: heapType('ht_name'),
      ht_qualname: heapType('ht_qualname'),
      ht_cached_keys: heapType('ht_cached_keys'),
    },
    PyDictObject: {
      sizeof: sizeOf('PyDictObject'),
      ma_used: dict('ma_used'),
      ma_keys: dict('ma_keys'),
      ma_values: dict('ma_values'),
    },
    dict: dictProbes(v),
    instances: instanceProbes(v),
    objects: objectProbes(v),
    _PyCodeArray: when(v >= 314 && freeThreaded, {
      size: of('_PyCodeArray')('size'),
      entries: start('_PyCodeArray', 'entries'),
    }),
  };
}

function gilProbes(v: number, freeThreaded: boolean): Probed<GilLayout> {
  const gil = of('struct _gil_runtime_state');
  const inside = (member: string): Probe => start('struct _gil_runtime_state', member);
  const fields = {
    sizeof: sizeOf('struct _gil_runtime_state'),
    last_holder: gil('last_holder'),
    locked: gil('locked'),
    cond: inside('cond'),
    mutex: inside('mutex'),
    switch_cond: inside('switch_cond'),
    switch_mutex: inside('switch_mutex'),
    enabled: when(freeThreaded, gil('enabled')),
  };
  return v >= 312
    ? { kind: 'interpreter', 'ceval.gil': of('PyInterpreterState')('ceval.gil'), fields }
    : { kind: 'runtime', gil: start('_PyRuntimeState', 'ceval.gil'), fields };
}

function gcProbes(v: number): Probed<GcLayout> {
  return v >= 309
    ? { owner: 'interpreter', collecting: of('PyInterpreterState')('gc.collecting') }
    : { owner: 'runtime', collecting: of('_PyRuntimeState')('gc.collecting') };
}

function frameProbes(v: number, freeThreaded: boolean): Probed<FrameLayout> {
  if (v <= 310) {
    const frame = of('PyFrameObject');
    return {
      kind: 'frame-objects',
      tstate_frame: of('PyThreadState')('frame'),
      PyFrameObject: {
        f_back: frame('f_back'),
        f_code: frame('f_code'),
        f_globals: frame('f_globals'),
        f_locals: frame('f_locals'),
        f_lasti: frame('f_lasti'),
        f_executing: when(v >= 306 && v <= 309, frame('f_executing')),
        f_state: when(v === 310, frame('f_state')),
        f_localsplus: start('PyFrameObject', 'f_localsplus'),
      },
      lasti: v === 310 ? 'instructions' : 'bytes',
    };
  }
  const frame = of('_PyInterpreterFrame');
  return {
    kind: 'interpreter-frames',
    current: v >= 313 ? 'tstate' : 'cframe',
    tstate_current: of('PyThreadState')(v >= 313 ? 'current_frame' : 'cframe'),
    cframe_current_frame: when(v < 313, of('_PyCFrame')('current_frame')),
    cframe_previous: when(v < 313, of('_PyCFrame')('previous')),
    _PyInterpreterFrame: {
      f_code: frame(v >= 313 ? 'f_executable' : 'f_code'),
      f_funcobj: frame(v >= 312 ? 'f_funcobj' : 'f_func'),
      f_globals: frame('f_globals'),
      f_locals: frame('f_locals'),
      frame_obj: frame('frame_obj'),
      previous: frame('previous'),
      instr: frame(v >= 313 ? 'instr_ptr' : 'prev_instr'),
      localsplus: start('_PyInterpreterFrame', 'localsplus'),
      owner: frame('owner'),
      is_entry: when(v === 311, frame('is_entry')),
      tlbc_index: when(v >= 314 && freeThreaded, frame('tlbc_index')),
    },
    instr: v >= 313 ? 'instr_ptr' : 'prev_instr',
    entry: v === 311 ? 'is_entry' : 'shim',
    FRAME_OWNED_BY_CSTACK: when(v >= 312, value(v >= 314 ? 'FRAME_OWNED_BY_INTERPRETER' : 'FRAME_OWNED_BY_CSTACK')),
    FRAME_OWNED_BY_GENERATOR: value('FRAME_OWNED_BY_GENERATOR'),
    tagMask: value(v >= 314 ? 'Py_TAG_BITS' : '0'),
  };
}

function dictProbes(v: number): Probed<DictLayout> {
  const keys = of('struct _dictkeysobject');
  const entry = of('PyDictKeyEntry');
  const common = {
    dk_nentries: keys('dk_nentries'),
    dk_indices: start('struct _dictkeysobject', 'dk_indices'),
    PyDictKeyEntry: {
      sizeof: sizeOf('PyDictKeyEntry'),
      me_key: entry('me_key'),
      me_value: entry('me_value'),
    },
  };
  if (v <= 310) return { keys: 'sized', dk_size: keys('dk_size'), ...common };
  const unicode = of('PyDictUnicodeEntry');
  return {
    keys: 'log2',
    dk_log2_size: keys('dk_log2_size'),
    dk_log2_index_bytes: keys('dk_log2_index_bytes'),
    dk_kind: keys('dk_kind'),
    ...common,
    PyDictUnicodeEntry: {
      sizeof: sizeOf('PyDictUnicodeEntry'),
      me_key: unicode('me_key'),
      me_value: unicode('me_value'),
    },
    DICT_KEYS_GENERAL: value('DICT_KEYS_GENERAL'),
  };
}

function instanceProbes(v: number): Probed<InstanceLayout> {
  const Py_TPFLAGS_MANAGED_DICT = value('Py_TPFLAGS_MANAGED_DICT');
  // The macros add to a PyObject*, so an object at 4096 tells the distance.
  const distance = (macro: string): Probe => value(`(long)${macro}((PyObject *)4096) - 4096`);
  if (v <= 310) return { kind: 'dictoffset', values: 'array' };
  if (v === 311)
    return {
      kind: 'values-and-dict',
      values: 'array',
      managed_dict: distance('_PyObject_ManagedDictPointer'),
      managed_values: distance('_PyObject_ValuesPointer'),
      Py_TPFLAGS_MANAGED_DICT,
    };
  if (v === 312)
    return {
      kind: 'dict-or-values',
      values: 'array',
      managed_dict: distance('_PyObject_DictOrValuesPointer'),
      Py_TPFLAGS_MANAGED_DICT,
    };
  const header = of('struct _dictvalues');
  return {
    kind: 'inline-values',
    values: 'struct',
    managed_dict: distance('_PyObject_ManagedDictPointer'),
    Py_TPFLAGS_MANAGED_DICT,
    Py_TPFLAGS_INLINE_VALUES: value('Py_TPFLAGS_INLINE_VALUES'),
    dictvalues: {
      capacity: header('capacity'),
      size: header('size'),
      valid: header('valid'),
      values: start('struct _dictvalues', 'values'),
    },
  };
}
