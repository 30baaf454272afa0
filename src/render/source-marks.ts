/** What is said behind a source line that may not be what ran, or is of no file? */
import type { SourceLine } from '../snapshot.js';

/** By how the line is known; empty: nothing has to be said. */
export const SOURCE_MARKS: { readonly [status in SourceLine['status']]: string } = {
  current: '',
  modified: '  # file changed after the process started',
  linecache: '  # from linecache',
};
