/**
 * How do the objects that stand in local variables look? One struct per built-in type, under CPython's own names, with
 * the members that a `repr` needs. Pointers are 8 bytes, sizes and hashes Py_ssize_t, the rest as noted.
 *
 * What begins with an object header is moved as a whole in builds with longer headers; structures that are parts of
 * others, and constants, are in {@link ObjectParts} and stay.
 */
import type { Offset } from './offset.js';

export interface ObjectLayout {
  readonly PyFloatObject: {
    /** double */
    readonly ob_fval: Offset;
  };
  readonly PyComplexObject: {
    /** double each */
    readonly 'cval.real': Offset;
    readonly 'cval.imag': Offset;
  };
  readonly PyListObject: { readonly ob_item: Offset };
  /** set and frozenset. `mask` + 1 entries, see `setentry`. */
  readonly PySetObject: {
    readonly fill: Offset;
    readonly used: Offset;
    readonly mask: Offset;
    readonly table: Offset;
  };
  readonly PySliceObject: { readonly start: Offset; readonly stop: Offset; readonly step: Offset };
  /** `range`: int objects. Private to Objects/rangeobject.c. 3.0+. */
  readonly rangeobject?: { readonly start: Offset; readonly stop: Offset; readonly step: Offset };
  readonly PyByteArrayObject?: {
    /** char*: the first byte shown; `ob_size` of them. 3.4+. */
    readonly ob_start: Offset;
  };
  readonly PyMemoryViewObject: {
    /** int: bit 0 (_Py_MEMORYVIEW_RELEASED) says that it is released. 3.3+. */
    readonly flags?: Offset;
  };
  /** Private to Modules/_collectionsmodule.c; blocks: see `BLOCK`. */
  readonly dequeobject: {
    readonly leftblock: Offset;
    readonly leftindex: Offset;
    /** -1: unbounded. */
    readonly maxlen: Offset;
    /** Py_ssize_t: number of items, where it is no PyVarObject (2.7). */
    readonly len?: Offset;
  };
  /** `collections.defaultdict`: a dict and this. Private to Modules/_collectionsmodule.c. */
  readonly defdictobject: { readonly default_factory: Offset };
  /** `collections.OrderedDict` written in C: its order is that of its own list. Private to Objects/odictobject.c. 3.5+. */
  readonly _odictobject?: { readonly od_first: Offset };
  readonly PyFunctionObject: {
    readonly func_name: Offset;
    /** 3.3+ */
    readonly func_qualname?: Offset;
    /** Function pointer: who calls it begins there; 3.11+ (where nobody asks before). */
    readonly vectorcall?: Offset;
  };
  readonly PyMethodObject: { readonly im_func: Offset; readonly im_self: Offset };
  readonly PyCFunctionObject: {
    /** PyMethodDef* */
    readonly m_ml: Offset;
    readonly m_self: Offset;
  };
  /** Method, member, getset and wrapper descriptors. */
  readonly PyDescrObject: { readonly d_type: Offset; readonly d_name: Offset };
  /** PyMemberDef* of the descriptors behind `__slots__`. */
  readonly PyMemberDescrObject: { readonly d_member: Offset };
  /** `staticmethod` and `classmethod`. Private to Objects/funcobject.c. */
  readonly classmethod: { readonly cm_callable: Offset };
  /** `functools.partial`. Private to Modules/_functoolsmodule.c. */
  readonly partialobject: { readonly fn: Offset; readonly args: Offset; readonly kw: Offset };
  readonly PyCellObject: {
    /** NULL: empty. */
    readonly ob_ref: Offset;
  };
  readonly PyModuleObject: { readonly md_dict: Offset };
  readonly PyWeakReference: {
    /** The object (borrowed), or None when it is gone. */
    readonly wr_object: Offset;
  };
  readonly generators: GeneratorLayout;
  readonly PyBaseExceptionObject: {
    readonly args: Offset;
  };
  /** `datetime.timedelta`: int each. */
  readonly PyDateTime_Delta: { readonly days: Offset; readonly seconds: Offset; readonly microseconds: Offset };
  /** Bytes: year high, year low, month, day. */
  readonly PyDateTime_Date: { readonly data: Offset };
  /** Bytes: as a date, then hour, minute, second, microsecond (three, high first). `tzinfo` only if `hastzinfo` (byte). */
  readonly PyDateTime_DateTime: {
    readonly hastzinfo: Offset;
    readonly data: Offset;
    /** byte; 3.6+ */
    readonly fold?: Offset;
    readonly tzinfo: Offset;
  };
  /** Bytes: hour, minute, second, microsecond (three, high first). `tzinfo` only if `hastzinfo` (byte). */
  readonly PyDateTime_Time: {
    readonly hastzinfo: Offset;
    readonly data: Offset;
    /** byte; 3.6+ */
    readonly fold?: Offset;
    readonly tzinfo: Offset;
  };
  /** `datetime.timezone`. `name` NULL: none given. Private to Modules/_datetimemodule.c. 3.2+. */
  readonly PyDateTime_TimeZone?: { readonly offset: Offset; readonly name: Offset };
  /** `decimal.Decimal`. Private to Modules/_decimal/_decimal.c; words of 19 decimal digits, least significant first. 3.3+. */
  readonly PyDecObject?: {
    /** byte: 1 negative, 2 infinity, 4 NaN, 8 signalling NaN. */
    readonly 'dec.flags': Offset;
    readonly 'dec.exp': Offset;
    readonly 'dec.digits': Offset;
    readonly 'dec.len': Offset;
    /** uint64_t* */
    readonly 'dec.data': Offset;
  };
  /** `_thread.lock`. Private to _threadmodule.c. 3.2+. */
  readonly lockobject?: LockLayout;
  readonly rlockobject?: RLockLayout;
  readonly parts: ObjectParts;
}

export type GeneratorLayout =
  | {
      /** A frame object, or NULL when finished (up to 3.10). Generators, coroutines and asynchronous generators alike. */
      readonly kind: 'frame-object';
      readonly gi_frame: Offset;
      readonly gi_code: Offset;
      /** int: whether it runs, where its frame does not say so (2.7). */
      readonly gi_running?: Offset;
      readonly gi_qualname?: Offset;
    }
  | {
      /** The _PyInterpreterFrame lies inside (3.11+), and is not to be read once cleared. */
      readonly kind: 'inline-frame';
      readonly gi_iframe: Offset;
      /** int8; see `frameStates`. */
      readonly gi_frame_state: Offset;
      readonly gi_qualname: Offset;
    };

/** The forms of a lock. Where a patch release changed it (3.13.1), a row has both: see {@link formOfSize}. */
export interface LockLayout {
  /** Up to 3.13.0: a lock of the C library; bit 0 of the byte `locked` says whether it is taken. */
  readonly semaphore?: { readonly tp_basicsize: number; readonly locked: Offset };
  /** From 3.13.1: a PyMutex, of whose byte bit 0 says so. https://github.com/python/cpython/pull/125116 */
  readonly mutex?: { readonly tp_basicsize: number; readonly lock: Offset };
}

/** `_thread.RLock`. Private to Modules/_threadmodule.c. */
export type RLockLayout =
  | {
      /** Locked while `rlock_count` (unsigned long) is not 0; `rlock_owner` is a `PyThreadState.thread_id`. */
      readonly kind: 'counted';
      readonly rlock_owner: Offset;
      readonly rlock_count: Offset;
    }
  | {
      /** 3.14+: locked while bit 0 of the byte `mutex` is set; `level` counts how often more than once. */
      readonly kind: 'mutex';
      readonly mutex: Offset;
      /** unsigned long long: a `PyThreadState.thread_id` */
      readonly thread: Offset;
      readonly level: Offset;
    };

export interface ObjectParts {
  readonly setentry: { readonly sizeof: number; readonly key: Offset; readonly hash: Offset };
  /** Of a deque. */
  readonly BLOCK: {
    readonly data: Offset;
    readonly rightlink: Offset;
    /** Items a block. */
    readonly BLOCKLEN: number;
  };
  /** Of an OrderedDict. */
  readonly _odictnode?: { readonly key: Offset; readonly next: Offset };
  readonly PyMethodDef: {
    /** char* */
    readonly ml_name: Offset;
  };
  readonly PyMemberDef: {
    /** char* */
    readonly name: Offset;
    /** int: T_OBJECT_EX (Py_T_OBJECT_EX) for `__slots__`. */
    readonly type: Offset;
    /** Py_ssize_t: where the pointer lies in the instance. */
    readonly offset: Offset;
    readonly T_OBJECT_EX: number;
  };
  /** Values of `gi_frame_state` (3.11+), and of `PyFrameObject.f_state` (3.10). */
  readonly frameStates?: FrameStates;
}

export interface FrameStates {
  readonly FRAME_CREATED: number;
  readonly FRAME_EXECUTING: number;
  /** Up to 3.14. */
  readonly FRAME_COMPLETED?: number;
  readonly FRAME_CLEARED: number;
}
