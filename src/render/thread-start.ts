/** Which frames are only how `threading` starts a thread? The same three in every one; they say nothing. */
import type { Frame } from '../snapshot.js';

/** Their `co_name`s: https://github.com/python/cpython/blob/v3.13.0/Lib/threading.py (2.7: name-mangled) */
const FUNCTIONS: ReadonlySet<string> = new Set([
  '_bootstrap',
  '_bootstrap_inner',
  'run',
  '__bootstrap',
  '__bootstrap_inner',
  '_Thread__bootstrap',
  '_Thread__bootstrap_inner',
]);

/** Of `Thread` itself; of a subclass `run` is the program's own. */
export function isStartOfThread(frame: Frame | undefined): boolean {
  if (frame?.kind !== 'python' || !FUNCTIONS.has(frame.function)) return false;
  if (!frame.file.endsWith('/threading.py')) return false;
  return frame.qualname === null || frame.qualname.startsWith('Thread.');
}
