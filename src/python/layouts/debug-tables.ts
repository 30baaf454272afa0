/**
 * In which order do the fields of `_Py_DebugOffsets` stand? From 3.13 on every interpreter describes its own structures
 * in this table, at the very start of `_PyRuntime`: after the cookie, the version and the free-threaded flag, unsigned
 * 64-bit numbers, in an order that is fixed within a minor version only.
 */

/** What a number of the table is about, as far as checking it is concerned. */
export type FieldKind =
  /** The size of a structure, or of something in it. */
  | 'size'
  /** The offset of a member that is as wide and as aligned as this. */
  | 'pointer'
  | 'int'
  | 'byte'
  /** An offset or a number that we do not use. */
  | 'unused';

export type Section = readonly [name: string, fields: readonly (readonly [name: string, kind: FieldKind])[]];

function section(name: string, fields: Record<string, FieldKind>): Section {
  return [name, Object.entries(fields)];
}

const runtime_state = section('runtime_state', { size: 'size', finalizing: 'pointer', interpreters_head: 'pointer' });

const pyobject = section('pyobject', { size: 'size', ob_type: 'pointer' });

const tuple_object = section('tuple_object', { size: 'size', ob_item: 'pointer', ob_size: 'pointer' });

const list_object = section('list_object', { size: 'size', ob_item: 'pointer', ob_size: 'pointer' });

const set_object = section('set_object', { size: 'size', used: 'pointer', table: 'pointer', mask: 'pointer' });

const dict_object = section('dict_object', { size: 'size', ma_keys: 'pointer', ma_values: 'pointer' });

const float_object = section('float_object', { size: 'size', ob_fval: 'pointer' });

const long_object = section('long_object', { size: 'size', lv_tag: 'pointer', ob_digit: 'int' });

const bytes_object = section('bytes_object', { size: 'size', ob_size: 'pointer', ob_sval: 'byte' });

const gen_object = section('gen_object', {
  size: 'size',
  gi_name: 'pointer',
  gi_iframe: 'pointer',
  gi_frame_state: 'byte',
});

const llist_node = section('llist_node', { next: 'unused', prev: 'unused' });

const debugger_support = section('debugger_support', {
  eval_breaker: 'unused',
  remote_debugger_support: 'unused',
  remote_debugging_enabled: 'unused',
  debugger_pending_call: 'unused',
  debugger_script_path: 'unused',
  debugger_script_path_size: 'unused',
});

const interpreterFieldsTo3_13 = {
  gc: 'pointer',
  imports_modules: 'pointer',
  sysdict: 'pointer',
  builtins: 'pointer',
  ceval_gil: 'pointer',
  gil_runtime_state: 'pointer',
  // Offset inside the GIL, not the interpreter; 0 where there is no such member.
  gil_runtime_state_enabled: 'unused',
  gil_runtime_state_locked: 'int',
  gil_runtime_state_holder: 'pointer',
} as const;

const threadFieldsTo3_14 = {
  thread_id: 'pointer',
  native_thread_id: 'pointer',
  datastack_chunk: 'pointer',
  status: 'int',
} as const;

const frameFieldsTo3_13 = {
  size: 'size',
  previous: 'pointer',
  executable: 'pointer',
  instr_ptr: 'pointer',
  localsplus: 'pointer',
  owner: 'byte',
} as const;

const codeFieldsTo3_13 = {
  size: 'size',
  filename: 'pointer',
  name: 'pointer',
  qualname: 'pointer',
  linetable: 'pointer',
  firstlineno: 'int',
  argcount: 'int',
  localsplusnames: 'pointer',
  localspluskinds: 'pointer',
  co_code_adaptive: 'byte',
} as const;

const typeFieldsTo3_14 = { size: 'size', tp_name: 'pointer', tp_repr: 'pointer', tp_flags: 'pointer' } as const;

const unicodeFieldsTo3_14 = { size: 'size', state: 'int', length: 'pointer', asciiobject_size: 'size' } as const;

// From 3.14 on.
const interpreter_state = section('interpreter_state', {
  size: 'size',
  id: 'pointer',
  next: 'pointer',
  threads_head: 'pointer',
  threads_main: 'pointer',
  ...interpreterFieldsTo3_13,
  code_object_generation: 'pointer',
  // 0 in builds with a GIL, as the two below.
  tlbc_generation: 'int',
});

const interpreter_frame = section('interpreter_frame', {
  ...frameFieldsTo3_13,
  stackpointer: 'pointer',
  tlbc_index: 'int',
});

const code_object = section('code_object', { ...codeFieldsTo3_13, co_tlbc: 'pointer' });

/** https://github.com/python/cpython/blob/v3.13.0/Include/internal/pycore_runtime.h */
const table3_13: readonly Section[] = [
  runtime_state,
  section('interpreter_state', {
    size: 'size',
    id: 'pointer',
    next: 'pointer',
    threads_head: 'pointer',
    ...interpreterFieldsTo3_13,
  }),
  section('thread_state', {
    size: 'size',
    prev: 'pointer',
    next: 'pointer',
    interp: 'pointer',
    current_frame: 'pointer',
    ...threadFieldsTo3_14,
  }),
  section('interpreter_frame', frameFieldsTo3_13),
  section('code_object', codeFieldsTo3_13),
  pyobject,
  section('type_object', typeFieldsTo3_14),
  tuple_object,
  list_object,
  dict_object,
  float_object,
  long_object,
  bytes_object,
  section('unicode_object', unicodeFieldsTo3_14),
  section('gc', { size: 'size', collecting: 'int' }),
];

/** https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_debug_offsets.h */
const table3_14: readonly Section[] = [
  runtime_state,
  interpreter_state,
  section('thread_state', {
    size: 'size',
    prev: 'pointer',
    next: 'pointer',
    interp: 'pointer',
    current_frame: 'pointer',
    ...threadFieldsTo3_14,
  }),
  interpreter_frame,
  code_object,
  pyobject,
  section('type_object', typeFieldsTo3_14),
  tuple_object,
  list_object,
  set_object,
  dict_object,
  float_object,
  long_object,
  bytes_object,
  section('unicode_object', unicodeFieldsTo3_14),
  section('gc', { size: 'size', collecting: 'int' }),
  gen_object,
  llist_node,
  debugger_support,
];

/** https://github.com/python/cpython/blob/v3.15.0/Include/internal/pycore_debug_offsets.h */
const table3_15: readonly Section[] = [
  runtime_state,
  interpreter_state,
  section('thread_state', {
    size: 'size',
    prev: 'pointer',
    next: 'pointer',
    interp: 'pointer',
    current_frame: 'pointer',
    base_frame: 'pointer',
    last_profiled_frame: 'pointer',
    last_profiled_frame_seq: 'pointer',
    ...threadFieldsTo3_14,
    holds_gil: 'int',
    gil_requested: 'int',
    current_exception: 'pointer',
    exc_state: 'pointer',
  }),
  section('err_stackitem', { exc_value: 'unused' }),
  interpreter_frame,
  code_object,
  pyobject,
  section('type_object', { ...typeFieldsTo3_14, tp_basicsize: 'pointer', tp_dictoffset: 'pointer' }),
  section('heap_type_object', { size: 'size', ht_cached_keys: 'pointer' }),
  tuple_object,
  list_object,
  set_object,
  dict_object,
  float_object,
  long_object,
  bytes_object,
  section('unicode_object', { ...unicodeFieldsTo3_14, compactunicodeobject_size: 'size' }),
  section('gc', {
    size: 'size',
    collecting: 'int',
    frame: 'pointer',
    generation_stats_size: 'unused',
    generation_stats: 'pointer',
  }),
  gen_object,
  llist_node,
  debugger_support,
];

/** Oldest first; by the version of the interpreter. */
export const DEBUG_TABLES: readonly { readonly version: string; readonly sections: readonly Section[] }[] = [
  { version: '3.13', sections: table3_13 },
  { version: '3.14', sections: table3_14 },
  { version: '3.15', sections: table3_15 },
];
