/**
 * In which words is a thread's state told? Those between the brackets of its header. pystack's own come first, so that who
 * looks for them finds them; what they leave open (`[]`) is told by what the kernel says.
 */
import type { Attachment, GilState, Snapshot, Thread } from '../snapshot.js';

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

/** Whether the whole process is kept from running together with its control group. */
export function isFrozen({ process }: Pick<Snapshot, 'process'>): boolean {
  return process?.conditions.some(({ kind }) => kind === 'frozen') ?? false;
}

/**
 * @param signal what killed the process, of a core
 * @param frozen as {@link isFrozen} says
 */
export function statusWords(thread: Thread, signal: string | null, frozen: boolean): string[] {
  const words = interpreterWords(thread, signal);
  const collects = thread.isPython && thread.gc !== false;
  const activity = heldWord(thread, frozen) ?? activityWord(thread, words.length === 0 && !collects);
  // pystack's order: what the collector does comes last.
  if (activity !== null) words.push(activity);
  if (thread.isPython && thread.gc === true) words.push('Garbage collecting');
  if (thread.isPython && thread.gc === null) words.push('Garbage collection unknown');
  return words;
}

/** Only what pystack 1.7 says, in its words. */
export function interpreterWords(thread: Thread, signal: string | null): string[] {
  const words: string[] = [];
  if (thread.faulting) words.push(signal === null ? 'Crashed' : `Received ${signal}`);
  if (thread.status === 'terminated') words.push('Thread terminated');
  if (thread.status === 'unstarted') words.push('Thread not started');
  // Threads that Python does not know have no state in it.
  if (!thread.isPython) return words;
  const gil = GIL_WORDS[thread.gil];
  if (gil !== null) words.push(gil);
  const attachment = thread.attachment === null || thread.gil !== 'disabled' ? null : attachmentWord(thread);
  if (attachment !== null) words.push(attachment);
  return words;
}

/** It may be attached and wait all the same: in C code that does not let others in. */
function attachmentWord({ attachment, faulting, os }: Thread): string | null {
  if (attachment === 'attached' && os?.activity === 'waiting' && !faulting) return 'Attached';
  return attachment && ATTACHMENT_WORDS[attachment];
}

/** What keeps a thread off the CPU that waits for nothing itself; null: nothing, or it waits in a system call as well. */
function heldWord({ faulting, status, os }: Thread, frozen: boolean): string | null {
  if (faulting || status !== 'alive' || os?.activity !== 'waiting' || os.syscall !== null) return null;
  if (os.state === 'T') return 'Stopped';
  if (os.state === 't') return 'Stopped by a tracer';
  return frozen ? 'Frozen' : null;
}

/** What the kernel adds; `alone`: nothing else is known of it. */
function activityWord(thread: Thread, alone: boolean): string | null {
  const { faulting, gil, isPython, status } = thread;
  const activity = thread.os?.activity ?? null;
  // Whoever waits for the GIL waits, and whoever has it and runs, runs Python or C code that keeps it.
  if (faulting || status === 'terminated' || status === 'unstarted' || gil === 'waiting' || gil === 'dropping')
    return null;
  if (activity === 'waiting') return thread.attachment === 'suspended' ? null : 'Waiting';
  if (activity === 'running') {
    if (isPython && gil === 'none') return 'In C without the GIL';
    if (isPython && gil === 'disabled' && thread.attachment === 'detached') return 'In C code';
    return alone || gil === 'unknown' ? 'Running' : null;
  }
  if (!alone) return null;
  if (!isPython) return 'Not known to Python';
  return gil === 'none' ? 'Without the GIL' : 'State unknown';
}
