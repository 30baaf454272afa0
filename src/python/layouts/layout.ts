/**
 * What differs between CPython versions, as data.
 *
 * A `Layout` is one row: struct name -> field -> byte offset, in CPython's own identifiers, plus a few *words* from
 * closed unions for what differs in kind. Offsets are of ordinary builds for x86-64 (LP64, little-endian); builds.ts tells
 * where AArch64 and other builds differ.
 * Nothing outside this folder compares version numbers: code switches exhaustively on a word, and what only exists for
 * a word's variant lives in that variant. Rows are checked against the headers of every interpreter found by
 * test/python/layouts. Paths like `gil.locked` name nested members; a field is absent where the version has none.
 */

import type { ObjectLayout } from './objects.js';
import type { Offset } from './offset.js';
import type { GlobalName, Python2Layout } from './old-layout.js';

export type { Offset };

export interface Layout {
  /** "3.12" */
  readonly version: string;
  /** Where the numbers are from. `debug-offsets`: the target's own table, validated. */
  readonly origin: 'row' | 'debug-offsets';

  readonly PyObject: { readonly sizeof: number; readonly ob_type: Offset };
  readonly PyVarObject: { readonly sizeof: number; readonly ob_size: Offset };

  /**
   * Before 3.7 there is none. The variable `interp_head`, which became its `interpreters.head`, stands for it: what is
   * called the address of the runtime is that variable's. Which others there are, {@link root} says.
   */
  readonly _PyRuntimeState: {
    readonly 'interpreters.head': Offset;
    /** 3.7+. Before, the main interpreter is the last of the list. */
    readonly 'interpreters.main'?: Offset;
    /** PyThreadState* of the finalizing thread, or NULL. 3.7+. */
    readonly finalizing?: Offset;
    /** int; 3.8+. 3.7's `core_initialized`/`initialized` live here as well under this name. */
    readonly initialized?: Offset;
  };

  readonly PyInterpreterState: {
    readonly next: Offset;
    /** int64; 3.7+ */
    readonly id?: Offset;
    /** PyThreadState* head of its thread list (`tstate_head`, `threads.head`). */
    readonly threads_head: Offset;
    /** PyObject* dict: sys.modules (`modules`, `imports.modules`). */
    readonly modules: Offset;
  };

  /** Where what is of the whole process is: one structure, or up to 3.6 variables that later became its members. */
  readonly root: RootLayout;
  /** Where the GIL's state is, and how the target says who holds it. */
  readonly gil: GilLayout;
  /** Where `struct _gc_runtime_state` is. */
  readonly gc: GcLayout;

  readonly PyThreadState: {
    /** Of the oldest patch release known: later ones append. */
    readonly sizeof: number;
    /** 3.4+ */
    readonly prev?: Offset;
    readonly next: Offset;
    readonly interp: Offset;
    /** unsigned long: pthread_self() of the thread. */
    readonly thread_id: Offset;
    /** unsigned long: gettid(), in the target's own pid namespace. 3.11+. */
    readonly native_thread_id?: Offset;
    /** unsigned bit field word `_status`, 3.12+. */
    readonly _status?: Offset;
    /** Bit positions within `_status`. */
    readonly status_bits?: StatusBits;
    /** int `_Py_THREAD_DETACHED` …, 3.13+: what tells who may run where there is no GIL. See attachment.ts. */
    readonly state?: Offset;
    /** uint64 unique id within the interpreter; 3.7+. */
    readonly id?: Offset;
    /** The exception being raised: type, value and traceback up to 3.11, the exception itself from 3.12. */
    readonly curexc_type?: Offset;
    readonly curexc_value?: Offset;
    readonly current_exception?: Offset;
    /** _PyErr_StackItem*: top of the stack of exceptions being handled; 3.7+. */
    readonly exc_info?: Offset;
    /** Up to 3.6: the exception being handled. */
    readonly exc_type?: Offset;
    readonly exc_value?: Offset;
    /** _PyStackChunk*: the newest piece of the data stack, in which frames lie; 3.11+. */
    readonly datastack_chunk?: Offset;
    /** PyObject**: where in it the next frame would begin; 3.11+. */
    readonly datastack_top?: Offset;
  };

  /** `exc_value` NULL or None: nothing is handled at that level. The last `previous_item` is NULL. 3.7+. */
  readonly _PyErr_StackItem?: {
    /** Up to 3.10; the value may still be the argument of the exception to be made. */
    readonly exc_type?: Offset;
    readonly exc_value: Offset;
    readonly previous_item: Offset;
  };

  /** How frames are found from a thread state and linked. */
  readonly frames: FrameLayout;

  readonly PyCodeObject: {
    readonly sizeof: number;
    readonly co_filename: Offset;
    readonly co_name: Offset;
    readonly co_qualname?: Offset;
    readonly co_firstlineno: Offset;
    /** PyObject* bytes: `co_lnotab` up to 3.9, `co_linetable` from 3.10. */
    readonly co_linetable: Offset;
    /**
     * Encoding of that table. `unsigned-lnotab` (2.7) and `lnotab`: Objects/lnotab_notes.txt; `linetable`: 3.10's;
     * `locations`: 3.11+ (PEP 657).
     */
    readonly positions: PositionEncoding;
    /** Up to 3.10: PyObject* bytes `co_code`. */
    readonly co_code?: Offset;
    /** 3.11+: first code unit, inside the object. */
    readonly co_code_adaptive?: Offset;
    /** int */
    readonly co_flags: Offset;
    /** int each */
    readonly co_argcount: Offset;
    readonly co_posonlyargcount?: Offset;
    /** 3.0+ */
    readonly co_kwonlyargcount?: Offset;
    /** int; 3.11+ `co_nlocalsplus`. */
    readonly co_nlocals: Offset;
    readonly co_nlocalsplus?: Offset;
    /** Names of local slots: three tuples up to 3.10, one tuple with kinds from 3.11. */
    readonly co_varnames?: Offset;
    readonly co_cellvars?: Offset;
    readonly co_freevars?: Offset;
    readonly co_localsplusnames?: Offset;
    readonly co_localspluskinds?: Offset;
    /** int index of the first traceable instruction: 3.11+ (`_co_firsttraceable`). */
    readonly _co_firsttraceable?: Offset;
    /** 3.14+, free-threaded: _PyCodeArray* with each thread's own copy of the code units. */
    readonly co_tlbc?: Offset;
  };

  /** Absent where a `str` is bytes. */
  readonly PyUnicodeObject?: {
    /** sizeof(PyASCIIObject): where compact ASCII characters begin. */
    readonly sizeof_PyASCIIObject: number;
    /** sizeof(PyCompactUnicodeObject): where other compact characters begin. */
    readonly sizeof_PyCompactUnicodeObject: number;
    readonly length: Offset;
    /** uint32 bit field. */
    readonly state: Offset;
    /** Bit positions within `state`. */
    readonly kind_shift: number;
    readonly compact_shift: number;
    readonly ascii_shift: number;
    readonly ready_shift?: number;
    /** wchar_t*, and Py_ssize_t: the characters of a string that is not ready; up to 3.11. */
    readonly wstr?: Offset;
    readonly wstr_length?: Offset;
    /** Non-compact strings: pointer `data.any`. */
    readonly data: Offset;
  };

  readonly PyBytesObject: { readonly ob_sval: Offset };
  readonly PyTupleObject: { readonly ob_item: Offset };

  readonly PyLongObject: {
    /** `ob_size`: sign in Py_SIZE (up to 3.11); `lv_tag`: digits << 3 | sign (3.12+). */
    readonly sign: 'ob_size' | 'lv_tag';
    readonly lv_tag?: Offset;
    /** uint32[], 30 bits each. */
    readonly ob_digit: Offset;
  };

  readonly PyTypeObject: {
    readonly sizeof: number;
    readonly tp_name: Offset;
    readonly tp_basicsize: Offset;
    readonly tp_itemsize: Offset;
    /** Function pointer: which `repr` it has. */
    readonly tp_repr: Offset;
    readonly tp_flags: Offset;
    readonly tp_base: Offset;
    readonly tp_dict: Offset;
    readonly tp_mro: Offset;
    readonly tp_dictoffset: Offset;
    /** PyHeapTypeObject fields. */
    readonly ht_name: Offset;
    /** 3.3+ both. */
    readonly ht_qualname?: Offset;
    readonly ht_cached_keys?: Offset;
  };

  readonly PyDictObject: {
    readonly sizeof: number;
    readonly ma_used: Offset;
    /** 3.3+ both. */
    readonly ma_keys?: Offset;
    readonly ma_values?: Offset;
  };
  /** How a dict's key table and the values of split tables look. */
  readonly dict: DictLayout;
  /** Where instances keep their attributes. */
  readonly instances: InstanceLayout;
  /** Objects of the other built-in types. */
  readonly objects: ObjectLayout;
  /** What a `str` is made of: characters, or bytes (2.7, where text is `unicode`). */
  readonly str: 'characters' | 'bytes';
  /** What an `int` (and a `bool`) is made of: digits, or a C long (2.7, where `long` has digits). */
  readonly int: 'digits' | 'C long';
  /** What C's `long double` is on AArch64: IEEE's number of 128 bits. Absent: the 80 bits of x86-64. */
  readonly longDouble?: 'quadruple';
  /** Under which names `threading` keeps what it knows of a thread: its own, or such as are private to the class (2.7). */
  readonly threading: 'names' | 'private-names';
  /** Structures that only Python 2 has. */
  readonly python2?: Python2Layout;
  /** 3.14+, free-threaded: the array of `co_tlbc`. `size` counts pointers, each to code units or NULL. */
  readonly _PyCodeArray?: { readonly size: Offset; readonly entries: Offset };
}

export type PositionEncoding = 'unsigned-lnotab' | 'lnotab' | 'linetable' | 'locations';

export type RootLayout =
  | { readonly kind: '_PyRuntime' }
  | {
      /** Most are static, so without a symbol table it is not known where they are. */
      readonly kind: 'variables';
      readonly symbols: readonly GlobalName[];
    };

export type GilLayout =
  | {
      /** The members of the later structure as variables of their own (3.6): see {@link RootLayout}. */
      readonly kind: 'variables';
    }
  | {
      /** A lock, and the thread state that is current (2.7): see {@link RootLayout}. */
      readonly kind: 'lock';
    }
  | {
      /** One GIL inside `_PyRuntime` (3.7 - 3.11). */
      readonly kind: 'runtime';
      /** Offset of struct _gil_runtime_state inside _PyRuntimeState. */
      readonly gil: Offset;
      readonly fields: GilFields;
    }
  | {
      /** `PyInterpreterState.ceval.gil` points to it (3.12+); NULL or disabled in free-threaded builds. */
      readonly kind: 'interpreter';
      /** Offset of the pointer inside PyInterpreterState. */
      readonly 'ceval.gil': Offset;
      readonly fields: GilFields;
    };

/** Bit positions within `PyThreadState._status`. */
export interface StatusBits {
  /** The thread state belongs to an OS thread by now. */
  readonly bound: number;
  /** ... and no longer does. */
  readonly unbound: number;
  readonly finalizing: number;
}

/** struct _gil_runtime_state. `cond` … `switch_mutex` are pthread objects: their addresses are what threads wait on. */
export interface GilFields {
  readonly sizeof: number;
  readonly last_holder: Offset;
  /** int; -1: not created, 0: free, 1: held */
  readonly locked: Offset;
  readonly cond: Offset;
  readonly mutex: Offset;
  readonly switch_cond: Offset;
  readonly switch_mutex: Offset;
  /** int; free-threaded builds: whether the GIL is in use at all. */
  readonly enabled?: Offset;
}

export type GcLayout =
  | {
      /** `runtime`: inside _PyRuntimeState (3.7, 3.8); `interpreter`: inside PyInterpreterState (3.9+). */
      readonly owner: 'runtime' | 'interpreter';
      /** Offset of `gc.collecting` (int) inside the owner. */
      readonly collecting: Offset;
    }
  /** A variable of its own (up to 3.6): see {@link RootLayout}. */
  | { readonly owner: 'variable' };

export type FrameLayout =
  | {
      /** PyFrameObjects on the heap, linked by f_back (2.7 - 3.10). */
      readonly kind: 'frame-objects';
      /** Offset of `frame` inside PyThreadState. */
      readonly tstate_frame: Offset;
      readonly PyFrameObject: {
        readonly f_back: Offset;
        readonly f_code: Offset;
        readonly f_globals: Offset;
        readonly f_locals: Offset;
        readonly f_lasti: Offset;
        /** char: whether it runs; 3.6 - 3.9. */
        readonly f_executing?: Offset;
        /** int8: see `objects.parts.frameStates`; 3.10. */
        readonly f_state?: Offset;
        readonly f_localsplus: Offset;
      };
      /** The function that runs them, where it is not `_PyEval_EvalFrameDefault` (2.7; PEP 523 came with 3.6). */
      readonly evalLoop?: 'PyEval_EvalFrameEx';
      /** Unit of f_lasti: bytes, or two-byte instructions (3.10). -1 before the first instruction in both. */
      readonly lasti: 'bytes' | 'instructions';
    }
  | {
      /** _PyInterpreterFrames in the thread's data stack (3.11+). */
      readonly kind: 'interpreter-frames';
      /** `cframe`: tstate->cframe->current_frame (3.11, 3.12); `tstate`: tstate->current_frame (3.13+). */
      readonly current: 'cframe' | 'tstate';
      /** Offset of `cframe` or `current_frame` inside PyThreadState. */
      readonly tstate_current: Offset;
      /** Offset of current_frame inside _PyCFrame; only with `cframe`. */
      readonly cframe_current_frame?: Offset;
      /** Offset of previous inside _PyCFrame; only with `cframe`. */
      readonly cframe_previous?: Offset;
      readonly _PyInterpreterFrame: {
        /** PyCodeObject* (`f_code`), or any PyObject* (`f_executable`, 3.13+). */
        readonly f_code: Offset;
        /** PyFunctionObject* (`f_func`, 3.11). */
        readonly f_funcobj: Offset;
        readonly f_globals: Offset;
        readonly f_locals: Offset;
        /** PyFrameObject*, where somebody has asked for one, or made the frame. */
        readonly frame_obj: Offset;
        readonly previous: Offset;
        /** Pointer to a code unit: `prev_instr` or `instr_ptr`. */
        readonly instr: Offset;
        readonly localsplus: Offset;
        /** char */
        readonly owner: Offset;
        /** bool; 3.11 only. */
        readonly is_entry?: Offset;
        /** int32; 3.14+, free-threaded: index into `co_tlbc->entries`; `instr_ptr` points into that copy. */
        readonly tlbc_index?: Offset;
      };
      /** `prev_instr`: the instruction last started, -1 unit before the first; `instr_ptr`: the one executing or next. */
      readonly instr: 'prev_instr' | 'instr_ptr';
      /**
       * How entry into an eval loop shows. `is_entry`: a flag of the frame (3.11); `shim`: a frame with owner
       * FRAME_OWNED_BY_CSTACK lies between (3.12+).
       */
      readonly entry: 'is_entry' | 'shim';
      /** Value of `owner` of such a shim (3.14+: FRAME_OWNED_BY_INTERPRETER, its successor); absent with `is_entry`. */
      readonly FRAME_OWNED_BY_CSTACK?: number;
      /** Value of `owner` of generators' frames. */
      readonly FRAME_OWNED_BY_GENERATOR: number;
      /** Low bits of f_executable and of the slots in localsplus that are tags, not address (3.14+); 0 before. */
      readonly tagMask: number;
    };

export type DictLayout =
  | {
      /** One table of `ma_mask` + 1 entries, in no order of insertion; a NULL value: unused or deleted (2.7). */
      readonly keys: 'table';
      /** Offsets inside PyDictObject. */
      readonly ma_mask: Offset;
      readonly ma_table: Offset;
      readonly PyDictKeyEntry: DictKeyEntry;
    }
  | {
      /** struct _dictkeysobject with sizes as Py_ssize_t (3.6 - 3.10); entries are {hash, key, value}. */
      readonly keys: 'sized';
      readonly dk_size: Offset;
      readonly dk_nentries: Offset;
      /** Indices, 1, 2, 4 or 8 bytes each by dk_size; the entries follow. */
      readonly dk_indices: Offset;
      readonly PyDictKeyEntry: DictKeyEntry;
    }
  | {
      /** With log2 sizes and a kind byte (3.11+); unicode tables have {key, value} entries. */
      readonly keys: 'log2';
      readonly dk_log2_size: Offset;
      readonly dk_log2_index_bytes: Offset;
      readonly dk_kind: Offset;
      readonly dk_nentries: Offset;
      /** `1 << dk_log2_index_bytes` bytes of indices; the entries follow. */
      readonly dk_indices: Offset;
      /** Entries of tables of kind general. */
      readonly PyDictKeyEntry: DictKeyEntry;
      /** Entries of the other kinds. */
      readonly PyDictUnicodeEntry: { readonly sizeof: number; readonly me_key: Offset; readonly me_value: Offset };
      /** Values of `dk_kind`. */
      readonly DICT_KEYS_GENERAL: number;
    };

export interface DictKeyEntry {
  readonly sizeof: number;
  readonly me_key: Offset;
  readonly me_value: Offset;
}

export type InstanceLayout =
  | {
      /** A `__dict__` pointer at tp_dictoffset. */
      readonly kind: 'dictoffset';
      /** Whether `ma_values` of a split dict points straight at the array (before 3.13) or past a header. */
      readonly values: 'array';
    }
  | {
      /** 3.11: values pointer at -4 words, dict pointer at -3 words from the object (Py_TPFLAGS_MANAGED_DICT). */
      readonly kind: 'values-and-dict';
      readonly values: 'array';
      readonly managed_dict: Offset;
      readonly managed_values: Offset;
      readonly Py_TPFLAGS_MANAGED_DICT: number;
    }
  | {
      /** 3.12: one word at -3 words: dict pointer, or values pointer tagged with bit 0. */
      readonly kind: 'dict-or-values';
      readonly values: 'array';
      readonly managed_dict: Offset;
      readonly Py_TPFLAGS_MANAGED_DICT: number;
    }
  | {
      /** 3.13+: dict pointer at -3 words; values inline after the object (Py_TPFLAGS_INLINE_VALUES) while `valid`. */
      readonly kind: 'inline-values';
      readonly values: 'struct';
      readonly managed_dict: Offset;
      readonly Py_TPFLAGS_MANAGED_DICT: number;
      readonly Py_TPFLAGS_INLINE_VALUES: number;
      /** struct _dictvalues: header fields, then the array. */
      readonly dictvalues: {
        readonly capacity: Offset;
        readonly size: Offset;
        readonly valid: Offset;
        readonly values: Offset;
      };
    };
