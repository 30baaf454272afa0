/**
 * What must a C program include to see CPython's internal structures? Where a structure is private to one of CPython's
 * own source files, its declaration is repeated here, with the place it is from.
 */

/** `version`: major * 100 + minor. */
export function prelude(version: number): string {
  const lines = ['#include <Python.h>', '#include <frameobject.h>'];
  if (version <= 306) lines.push('#include <pythread.h>', '#include <longintrepr.h>');
  if (version === 207)
    return `${[...lines, '#include <structmember.h>', '#include <datetime.h>', PRIVATE_2_7].join('\n')}\n`;
  if (version === 307) lines.push('#include <internal/pystate.h>', '#include <internal/gil.h>');
  if (version >= 308) lines.push('#include <pycore_gil.h>', '#include <pycore_pystate.h>');
  if (version >= 309) lines.push('#include <pycore_runtime.h>', '#include <pycore_interp.h>');
  if (version >= 311) lines.push('#include <pycore_frame.h>', '#include <pycore_dict.h>', '#include <pycore_object.h>');
  if (version >= 314) lines.push('#include <pycore_interpframe.h>', '#include <pycore_stackref.h>');
  if (version <= 310) lines.push(DICT_KEYS);
  if (version >= 310) lines.push('#include <pycore_moduleobject.h>');
  lines.push('#include <structmember.h>', '#include <datetime.h>', PRIVATE_OBJECTS);
  if (version >= 313) lines.push('#include <pycore_lock.h>', '#include <pycore_critical_section.h>');
  lines.push(
    ...(version >= 313 ? [MUTEX_LOCK] : []),
    ...(version <= 313 ? [LOCK] : []),
    version >= 314 ? RECURSIVE_MUTEX_LOCK : RLOCK,
  );
  if (version < 310) lines.push(MODULE);
  return `${lines.join('\n')}\n`;
}

// https://github.com/python/cpython/blob/v3.10.13/Objects/dict-common.h (the same from 3.6 on)
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

// Each type's declaration up to the last member that is read; they have not changed since 3.6 unless another is below.
const PRIVATE_OBJECTS = `
/* https://github.com/python/cpython/blob/v3.13.0/Objects/rangeobject.c */
typedef struct { PyObject_HEAD PyObject *start; PyObject *stop; PyObject *step; PyObject *length; } rangeobject;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_collectionsmodule.c */
#define BLOCKLEN 64
typedef struct BLOCK { struct BLOCK *leftlink; PyObject *data[BLOCKLEN]; struct BLOCK *rightlink; } block;
typedef struct {
  PyObject_VAR_HEAD
  block *leftblock;
  block *rightblock;
  Py_ssize_t leftindex;
  Py_ssize_t rightindex;
  size_t state;
  Py_ssize_t maxlen;
} dequeobject;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_collectionsmodule.c */
typedef struct { PyDictObject dict; PyObject *default_factory; } defdictobject;
/* https://github.com/python/cpython/blob/v3.13.0/Objects/odictobject.c */
typedef struct _odictnode {
  PyObject *key;
  Py_hash_t hash;
  struct _odictnode *next;
  struct _odictnode *prev;
} _ODictNode;
typedef struct {
  PyDictObject od_dict;
  _ODictNode *od_first;
} _odictobject;
/* https://github.com/python/cpython/blob/v3.13.0/Objects/funcobject.c */
typedef struct { PyObject_HEAD PyObject *cm_callable; } classmethod;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_functoolsmodule.c */
typedef struct { PyObject_HEAD PyObject *fn; PyObject *args; PyObject *kw; } partialobject;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_datetimemodule.c */
typedef struct { PyObject_HEAD PyObject *offset; PyObject *name; } PyDateTime_TimeZone;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_decimal/libmpdec/mpdecimal.h */
typedef struct { uint8_t flags; int64_t exp; int64_t digits; int64_t len; int64_t alloc; uint64_t *data; } mpd_t;
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_decimal/_decimal.c */
typedef struct { PyObject_HEAD Py_hash_t hash; mpd_t dec; uint64_t data[4]; } PyDecObject;`;

// What 2.7 keeps to itself.
const PRIVATE_2_7 = `
/* https://github.com/python/cpython/blob/v2.7.18/Objects/rangeobject.c */
typedef struct { PyObject_HEAD long start; long step; long len; } rangeobject;
/* https://github.com/python/cpython/blob/v2.7.18/Modules/_collectionsmodule.c */
#define BLOCKLEN 62
typedef struct BLOCK { PyObject *data[BLOCKLEN]; struct BLOCK *rightlink; struct BLOCK *leftlink; } block;
typedef struct {
  PyObject_HEAD
  block *leftblock;
  block *rightblock;
  Py_ssize_t leftindex;
  Py_ssize_t rightindex;
  Py_ssize_t len;
  long state;
  Py_ssize_t maxlen;
} dequeobject;
/* https://github.com/python/cpython/blob/v2.7.18/Modules/_collectionsmodule.c */
typedef struct { PyDictObject dict; PyObject *default_factory; } defdictobject;
/* https://github.com/python/cpython/blob/v2.7.18/Objects/funcobject.c */
typedef struct { PyObject_HEAD PyObject *cm_callable; } classmethod;
/* https://github.com/python/cpython/blob/v2.7.18/Modules/_functoolsmodule.c */
typedef struct { PyObject_HEAD PyObject *fn; PyObject *args; PyObject *kw; } partialobject;
/* https://github.com/python/cpython/blob/v2.7.18/Objects/moduleobject.c */
typedef struct { PyObject_HEAD PyObject *md_dict; } PyModuleObject;
/* https://github.com/python/cpython/blob/v2.7.18/Modules/threadmodule.c */
typedef struct { PyObject_HEAD PyThread_type_lock lock_lock; PyObject *in_weakreflist; } lockobject;`;

const LOCK = `
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_threadmodule.c */
typedef struct { PyObject_HEAD PyThread_type_lock lock_lock; PyObject *in_weakreflist; char locked; } lockobject;`;

const MUTEX_LOCK = `
/* https://github.com/python/cpython/blob/v3.13.1/Modules/_threadmodule.c */
typedef struct { PyObject_HEAD PyMutex lock; } mutex_lockobject;`;

const RLOCK = `
/* https://github.com/python/cpython/blob/v3.13.0/Modules/_threadmodule.c */
typedef struct {
  PyObject_HEAD
  PyThread_type_lock rlock_lock;
  unsigned long rlock_owner;
  unsigned long rlock_count;
} rlockobject;`;

const RECURSIVE_MUTEX_LOCK = `
/* https://github.com/python/cpython/blob/v3.14.0/Modules/_threadmodule.c */
typedef struct { PyObject_HEAD _PyRecursiveMutex lock; } rlockobject;`;

// https://github.com/python/cpython/blob/v3.9.18/Objects/moduleobject.c
const MODULE = `
typedef struct {
  PyObject_HEAD
  PyObject *md_dict;
  struct PyModuleDef *md_def;
  void *md_state;
  PyObject *md_weaklist;
  PyObject *md_name;
} PyModuleObject;`;

/** With glibc, AArch64's pthread_mutex_t has 48 bytes, x86-64's 40; all other types that matter here are of one size on both. */
export const AARCH64_MUTEX = `
#include <pthread.h>
typedef union { char size[48]; long align; } aarch64_mutex;
#define pthread_mutex_t aarch64_mutex
`;
