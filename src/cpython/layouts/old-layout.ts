/**
 * What do 2.7 and 3.6 look like? They have no `_PyRuntime`: what later stands there are global variables, most of them
 * static. 3.6 is otherwise as 3.7; 2.7's strings, integers, dicts and classes are of another kind.
 */
import type { DictKeyEntry, FrameLayout, Layout, Offset } from './layout.js';
import type { ObjectLayout, ObjectParts } from './objects.js';

export type OldLayout = Layout3_6 | Layout2_7;

export interface OldRoots {
  readonly origin: 'row';
  readonly globals: Globals;
  readonly PyInterpreterState: {
    readonly sizeof: number;
    readonly next: Offset;
    /** `tstate_head` */
    readonly threads_head: Offset;
    readonly modules: Offset;
  };
  readonly PyThreadState: {
    readonly sizeof: number;
    /** 3.6 */
    readonly prev?: Offset;
    readonly next: Offset;
    readonly interp: Offset;
    /** long: pthread_self() of the thread. */
    readonly thread_id: Offset;
    /** The exception being raised. */
    readonly curexc_type: Offset;
    readonly curexc_value: Offset;
    readonly curexc_traceback: Offset;
    /** The exception being handled. */
    readonly exc_type: Offset;
    readonly exc_value: Offset;
    readonly exc_traceback: Offset;
  };
}

/** Symbols of variables. Only `_PyThreadState_Current` is exported; the others are in `.symtab` where there is one. */
export interface Globals {
  /** PyThreadState*: of the thread that holds the GIL, or NULL. Its `interp` leads to everything else. */
  readonly _PyThreadState_Current: '_PyThreadState_Current';
  /** PyInterpreterState* */
  readonly interp_head: 'interp_head';
  /** int */
  readonly collecting: 'collecting';
  /** PyThreadState* of the thread that finalizes; 3.6. */
  readonly finalizing?: '_Py_Finalizing';
  readonly gil: OldGil;
}

export type OldGil =
  | {
      /** The members of the later struct _gil_runtime_state as variables of their own. */
      readonly kind: 'variables';
      readonly last_holder: 'gil_last_holder';
      /** int; -1: not created, 0: free, 1: held */
      readonly locked: 'gil_locked';
      readonly cond: 'gil_cond';
      readonly mutex: 'gil_mutex';
      readonly switch_cond: 'switch_cond';
      readonly switch_mutex: 'switch_mutex';
    }
  | {
      /** PyThread_type_lock: NULL until threads are used, else a pointer to a sem_t on which those wait that want it. */
      readonly kind: 'lock';
      readonly interpreter_lock: 'interpreter_lock';
    };

type Replaced =
  | 'origin'
  | '_PyRuntimeState'
  | 'gil'
  | 'gc'
  | 'PyInterpreterState'
  | 'PyThreadState'
  | '_PyErr_StackItem';

export interface Layout3_6 extends Omit<Layout, Replaced>, OldRoots {
  readonly strings: 'compact';
}

export interface Layout2_7 extends Pick<Layout, 'version' | 'PyObject' | 'PyVarObject' | 'PyTupleObject'>, OldRoots {
  /** Names and paths are byte strings; `unicode` objects have their characters elsewhere. */
  readonly strings: 'bytes';
  readonly frames: FrameLayout;
  readonly PyCodeObject: Omit<Layout['PyCodeObject'], 'co_kwonlyargcount'>;
  /** `str`: `ob_size` bytes. */
  readonly PyStringObject: { readonly ob_sval: Offset };
  /** `length` units of 2 or 4 bytes, by build: `PyUnicodeUCS2_…` or `PyUnicodeUCS4_…` symbols tell which. */
  readonly PyUnicodeObject: { readonly length: Offset; readonly str: Offset };
  /** `int`: a C long. */
  readonly PyIntObject: { readonly ob_ival: Offset };
  /** `long`: the sign is that of `ob_size`; uint32[], 30 bits each. */
  readonly PyLongObject: { readonly ob_digit: Offset };
  readonly PyTypeObject: Omit<Layout['PyTypeObject'], 'ht_qualname' | 'ht_cached_keys'>;
  /** A hash table of `ma_mask` + 1 entries in no order of insertion; a NULL value: unused or deleted. */
  readonly PyDictObject: {
    readonly sizeof: number;
    readonly ma_fill: Offset;
    readonly ma_used: Offset;
    readonly ma_mask: Offset;
    readonly ma_table: Offset;
  };
  readonly PyDictEntry: DictKeyEntry;
  /** Classes that do not derive from `object`, and their instances. */
  readonly PyClassObject: { readonly cl_bases: Offset; readonly cl_dict: Offset; readonly cl_name: Offset };
  readonly PyInstanceObject: { readonly in_class: Offset; readonly in_dict: Offset };
  readonly objects: OldObjects;
}

type NotIn2_7 =
  | 'PyMemoryViewObject'
  | 'dequeobject'
  | 'PyModuleObject'
  | 'rangeobject'
  | 'PyByteArrayObject'
  | '_odictobject'
  | 'PyFunctionObject'
  | 'generators'
  | 'PyBaseExceptionObject'
  | 'PyDateTime_DateTime'
  | 'PyDateTime_Time'
  | 'PyDateTime_TimeZone'
  | 'PyDecObject'
  | 'lockobject'
  | 'rlockobject'
  | 'parts';

export interface OldObjects extends Omit<ObjectLayout, NotIn2_7> {
  /** `xrange`: C longs. */
  readonly rangeobject: { readonly start: Offset; readonly step: Offset; readonly len: Offset };
  readonly PyByteArrayObject: { readonly ob_bytes: Offset };
  readonly PyMemoryViewObject: {
    readonly 'view.buf': Offset;
    readonly 'view.obj': Offset;
    readonly 'view.len': Offset;
    readonly 'view.itemsize': Offset;
    readonly 'view.ndim': Offset;
    readonly 'view.format': Offset;
  };
  /** `len` items: it is no PyVarObject. */
  readonly dequeobject: ObjectLayout['dequeobject'] & { readonly len: Offset };
  readonly PyModuleObject: { readonly md_dict: Offset };
  readonly PyFunctionObject: { readonly func_name: Offset; readonly func_module: Offset; readonly func_code: Offset };
  /** `gi_frame` NULL: finished. */
  readonly generators: { readonly gi_frame: Offset; readonly gi_code: Offset };
  /** `message` is the first argument, or an empty string. */
  readonly PyBaseExceptionObject: { readonly dict: Offset; readonly args: Offset; readonly message: Offset };
  readonly PyDateTime_DateTime: { readonly hastzinfo: Offset; readonly data: Offset; readonly tzinfo: Offset };
  readonly PyDateTime_Time: { readonly hastzinfo: Offset; readonly data: Offset; readonly tzinfo: Offset };
  /** `thread.lock`: a PyThread_type_lock, a sem_t whose value is 0 while it is locked. */
  readonly lockobject: { readonly lock_lock: Offset };
  readonly parts: Omit<ObjectParts, '_odictnode' | 'frameStates'>;
}
