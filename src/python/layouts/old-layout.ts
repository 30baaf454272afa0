/**
 * What do 2.7 and 3.6 have that later versions have not? Global variables, most of them static, where later `_PyRuntime`
 * stands; and Python 2 its own strings, integers and classes.
 */
import type { Offset } from './offset.js';

/** Symbols of variables. `_PyThreadState_Current` is always exported; static ones are in `.symtab`, where there is one. */
export type GlobalName =
  /** PyInterpreterState* */
  | 'interp_head'
  /** PyThreadState*: of the thread that holds the GIL, or NULL. Its `interp` leads to everything else. */
  | '_PyThreadState_Current'
  /** int */
  | 'collecting'
  /** PyGC_Head*: the first of the collector's lists. */
  | '_PyGC_generation0'
  /** int; set before there is an interpreter, and unset once it begins to finalize. Found by who returns it. */
  | 'Py_IsInitialized()'
  /** PyThreadState* of the thread that finalizes; 3.6. */
  | '_Py_Finalizing'
  /** 3.6: the members of the later struct _gil_runtime_state. `gil_locked`: int; -1: not created, 0: free, 1: held. */
  | 'gil_last_holder'
  | 'gil_locked'
  | 'gil_cond'
  | 'gil_mutex'
  | 'switch_cond'
  | 'switch_mutex'
  /**
   * 2.7: PyThread_type_lock, NULL until threads are used; else a pointer to a sem_t on which those wait that want it.
   * https://github.com/python/cpython/blob/v2.7.18/Python/ceval.c#L227
   */
  | 'interpreter_lock';

/** Where those variables are in a process; without a symbol table, of most it is not known. */
export type GlobalAddresses = { readonly [name in GlobalName]?: number };

export interface Python2Layout {
  /** PyObject* dict of the module `sys`: its `maxunicode` tells how wide characters are. */
  readonly sysdict: Offset;
  /**
   * `length` units of 2 or 4 bytes, by build. `unit` is not of the row: it is found out of each process; null: it could
   * not be.
   */
  readonly PyUnicodeObject: { readonly length: Offset; readonly str: Offset };
  readonly unicodeUnit: 2 | 4 | null;
  /** `int`: a C long. (`long` is what `int` is later.) */
  readonly PyIntObject: { readonly ob_ival: Offset };
  /** Classes that do not derive from `object`, and their instances. */
  readonly PyClassObject: { readonly cl_dict: Offset; readonly cl_name: Offset };
  readonly PyInstanceObject: { readonly in_class: Offset; readonly in_dict: Offset };
  /** `xrange`: C longs. Private to Objects/rangeobject.c. */
  readonly rangeobject: { readonly start: Offset; readonly step: Offset; readonly len: Offset };
  readonly PyByteArrayObject: { readonly ob_bytes: Offset };
  /** `f_fp` NULL: closed. `f_name`, `f_mode`: objects. */
  readonly PyFileObject: { readonly f_fp: Offset; readonly f_name: Offset; readonly f_mode: Offset };
  readonly PyMethodObject: { readonly im_class: Offset };
}
