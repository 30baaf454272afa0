/** In which words is a thread's state told? Those between the brackets of its header; none is `[]`. */
import type { Attachment, GilState, Thread } from '../snapshot.js';

const GIL_WORDS: Readonly<Record<GilState, string | null>> = {
  holding: 'Has the GIL',
  waiting: 'Waiting for the GIL',
  dropping: 'Dropping the GIL',
  none: null,
  // A property of the build, not of this thread.
  disabled: null,
  unknown: 'GIL state unknown',
};

/** Of threads without a GIL; where there is one, its words say it. */
const ATTACHMENT_WORDS: Readonly<Record<Attachment, string | null>> = {
  attached: 'Running Python',
  detached: null,
  suspended: 'Paused by the interpreter',
  'shutting-down': 'Kept out by shutdown',
};

/** @param signal what killed the process, of a core */
export function statusWords(thread: Thread, signal: string | null): string[] {
  const words: string[] = [];
  if (thread.faulting) words.push(signal === null ? 'Crashed' : `Received ${signal}`);
  if (thread.status === 'terminated') words.push('Thread terminated');
  if (thread.status === 'unstarted') words.push('Thread not started');
  // Threads that Python does not know have no state in it.
  if (!thread.isPython) return words;
  const gil = GIL_WORDS[thread.gil];
  if (gil !== null) words.push(gil);
  const attachment =
    thread.gil === 'disabled' && thread.attachment !== null ? ATTACHMENT_WORDS[thread.attachment] : null;
  if (attachment !== null) words.push(attachment);
  if (thread.gc === true) words.push('Garbage collecting');
  if (thread.gc === null) words.push('Garbage collection unknown');
  return words;
}
