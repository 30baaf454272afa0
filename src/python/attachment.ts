/**
 * May this thread touch Python's objects just now? Where there is a GIL, that is who holds it. Without one (free-threaded
 * builds) each thread has a word of its own, and the collector has all others stand still by changing it.
 * https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_pystate.h#L21-L49
 */
import type { Attachment } from '../snapshot.js';

/**
 * `_Py_THREAD_…` by value. The last two are of 3.15 (waiting to come in again).
 * https://github.com/python/cpython/blob/v3.15.0/Include/internal/pycore_pystate.h
 */
const BY_VALUE: readonly Attachment[] = ['detached', 'attached', 'suspended', 'shutting-down', 'suspended', 'detached'];

/** The word for `PyThreadState.state`; null for a value that no version has. */
export function decodeAttachment(state: number): Attachment | null {
  return BY_VALUE[state] ?? null;
}
