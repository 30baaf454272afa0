/** How large is what the collector puts before each object that it knows? sizeof(PyGC_Head), by version. */
import type { Layout } from './layout.js';
import { v3_7_0 } from './v3_7.js';

/** Three words, aligned like a long double. https://github.com/python/cpython/blob/v3.7.16/Include/objimpl.h (PyGC_Head) */
const THREE_WORDS = 32;
/** Two words. https://github.com/python/cpython/blob/v3.8.18/Include/internal/../cpython/objimpl.h (PyGC_Head) */
const TWO_WORDS = 16;

const ROWS: Readonly<Record<string, number>> = { '2.7': THREE_WORDS, '3.6': THREE_WORDS, '3.7': THREE_WORDS };

/** null: there are no such lists (free-threaded builds). */
export function gcHeadBytes(layout: Layout): number | null {
  // A free-threaded object's header is two words longer than an ordinary one.
  if (layout.PyObject.ob_type === FREE_THREADED_OB_TYPE) return null;
  // 3.7.0 to 3.7.3, whose union had a double.
  if (layout.version === '3.7' && JSON.stringify(layout.gc) === JSON.stringify(v3_7_0().gc)) return 24;
  return ROWS[layout.version] ?? TWO_WORDS;
}

/** https://github.com/python/cpython/blob/v3.13.0/Include/object.h (struct _object, Py_GIL_DISABLED) */
const FREE_THREADED_OB_TYPE = 24;
