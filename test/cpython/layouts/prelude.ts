/**
 * What must a C program include to see CPython's internal structures? Where a structure is private to one of CPython's
 * own source files, its declaration is repeated here, with the place it is from.
 */

/** `version`: major * 100 + minor. */
export function prelude(version: number): string {
  const lines = ['#include <Python.h>', '#include <frameobject.h>'];
  if (version === 307) lines.push('#include <internal/pystate.h>', '#include <internal/gil.h>');
  if (version >= 308) lines.push('#include <pycore_gil.h>', '#include <pycore_pystate.h>');
  if (version >= 309) lines.push('#include <pycore_runtime.h>', '#include <pycore_interp.h>');
  if (version >= 311) lines.push('#include <pycore_frame.h>', '#include <pycore_dict.h>', '#include <pycore_object.h>');
  if (version >= 314) lines.push('#include <pycore_interpframe.h>', '#include <pycore_stackref.h>');
  if (version <= 310) lines.push(DICT_KEYS);
  return `${lines.join('\n')}\n`;
}

// https://github.com/python/cpython/blob/v3.10.13/Objects/dict-common.h#L17-L65 (the same from 3.6 on)
const DICT_KEYS = `
typedef struct { Py_hash_t me_hash; PyObject *me_key; PyObject *me_value; } PyDictKeyEntry;
struct _dictkeysobject {
  Py_ssize_t dk_refcnt;
  Py_ssize_t dk_size;
  void *dk_lookup;
  Py_ssize_t dk_usable;
  Py_ssize_t dk_nentries;
  char dk_indices[];
};`;

/** AArch64's pthread_mutex_t has 48 bytes, x86-64's 40; all other types that matter here are of one size on both. */
export const AARCH64_MUTEX = `
#include <pthread.h>
typedef union { char size[48]; long align; } aarch64_mutex;
#define pthread_mutex_t aarch64_mutex
`;
