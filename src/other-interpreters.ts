/**
 * Who else is at work in the process? Two copies of one library, or two versions of Python: each is an interpreter with threads,
 * and is shown like the first, one after the other. A process moves on between two looks, so each says when it was taken.
 */
import { PystackError } from './errors.js';
import { formatAddress } from './memory/address.js';
import { type Examined, examine, explained, type Settings } from './pipeline.js';
import type { Process } from './process/process.js';
import { isComplete } from './report/process.js';
import type { Snapshot, Warning } from './snapshot.js';
import type { Stopwatch } from './timings.js';

/** Interpreters that are shown beside the first. */
const MOST_OTHERS = 7;

/**
 * The snapshot with the other interpreters of the process, as far as they can be read. What was seen of the first is kept
 * whatever becomes of the process: one that is not shown has a warning that says why. Throws only faults of ours.
 */
export async function withOthers(
  process: Process,
  { snapshot, located }: Pick<Examined, 'snapshot' | 'located'>,
  settings: Settings,
  watch: Stopwatch,
): Promise<Snapshot> {
  if (located.others.length === 0) return snapshot;
  const others: Snapshot[] = [];
  let warnings: readonly Warning[] = snapshot.warnings;
  for (const { address } of located.others.slice(0, MOST_OTHERS)) {
    const library = formatAddress(address);
    const other = await lookAt(process, library, settings, watch);
    if (other instanceof PystackError) warnings = warnings.map((warning) => withReason(warning, library, other));
    else {
      others.push(other);
      // What is said of one that is shown after all is no longer so.
      warnings = warnings.filter((warning) => !isOf(warning, library));
    }
  }
  const said = [...warnings];
  for (const warning of others.flatMap((other) => other.warnings)) {
    if (!said.some(({ message }) => message === warning.message)) said.push(warning);
  }
  const all = { ...snapshot, warnings: said, complete: isComplete(said), timings: watch.laps };
  return others.length === 0 ? all : { ...all, others };
}

/** Whether it tells of this one that it is not shown. */
function isOf({ code, message }: Warning, library: string): boolean {
  return code === 'other-interpreter' && message.includes(HINT_START + library);
}

function withReason(warning: Warning, library: string, { message }: PystackError): Warning {
  if (!isOf(warning, library)) return warning;
  return { ...warning, message: `${warning.message.slice(0, warning.message.indexOf(HINT_START))}: ${message}` };
}

/** Where a warning begins to say how the other one is shown: of one that was tried it is not. */
const HINT_START = ' (--library ';

/** What went wrong: it cannot be read, or is gone by now. */
async function lookAt(
  process: Process,
  library: string,
  settings: Settings,
  watch: Stopwatch,
): Promise<Snapshot | PystackError> {
  try {
    // Threads of no interpreter are with the first.
    const native = settings.native === 'all' ? 'python' : settings.native;
    return (await examine(process, { ...settings, library, native }, watch)).snapshot;
  } catch (error) {
    const known = explained(process, error);
    if (known instanceof PystackError) return known;
    throw known;
  }
}
