/** What does the file say of what was seen? All of it, but for threads and names that it could not keep as they were. */
import { formatAddress } from '../memory/address.js';
import type { CapturedThread } from '../moment/captured.js';
import { NAMES } from '../questions/names.js';
import { isComplete } from '../report/process.js';
import type { Snapshot, Thread, Warning } from '../snapshot.js';
import type { KeptMemory } from './kept-memory.js';

/** What was seen, less what the file cannot say again. */
export function asKept(
  seen: Snapshot,
  { different, lost: unanswered }: Pick<KeptMemory, 'different' | 'lost'>,
): Snapshot {
  const named = !unanswered.has(NAMES);
  if (different.size === 0 && named) return seen;
  const lost = new Set([...different].map(stateOf));
  const warnings: Warning[] = [];
  const threads = seen.threads.map((thread): Thread => {
    const known: Thread = named ? thread : { ...thread, name: null };
    if (thread.threadState === null || !lost.has(thread.threadState)) return known;
    if (thread.consistent) warnings.push(notKept(thread));
    return { ...known, evidence: 'none', consistent: false };
  });
  if (!named) {
    warnings.push({ code: 'names-unreadable', message: 'names of threads changed faster than they could be read' });
  }
  const all = [...seen.warnings, ...warnings];
  return { ...seen, threads, warnings: all, complete: seen.complete && isComplete(all) };
}

/** How a thread of the result is known again: the kernel's thread may have a thread state in several interpreters. */
function stateOf({ walk }: CapturedThread): NonNullable<Thread['threadState']> {
  return formatAddress(walk.state.address);
}

function notKept({ tid }: Thread): Warning {
  const about = tid === null ? {} : { tid };
  return { code: 'thread-inconsistent', message: `thread ${tid} could not be kept as it was seen`, ...about };
}
