/**
 * Who else is at work in the process? Two copies of one library, or two versions of Python: each is an interpreter with threads,
 * and is shown like the first, one after the other. A process moves on between two looks, so each says when it was taken.
 */
import { PystackError } from './errors.js';
import { formatAddress } from './memory/address.js';
import { type Examined, examine, type Settings } from './pipeline.js';
import type { Process } from './process/process.js';
import { isComplete } from './report/process.js';
import type { Snapshot, Warning } from './snapshot.js';
import type { Stopwatch } from './timings.js';

/** Interpreters that are shown beside the first. */
const MOST_OTHERS = 7;

/** The snapshot with the other interpreters of the process, as far as they can be read. Throws what is no PystackError. */
export async function withOthers(
  process: Process,
  { snapshot, located }: Pick<Examined, 'snapshot' | 'located'>,
  settings: Settings,
  watch: Stopwatch,
): Promise<Snapshot> {
  const others: Snapshot[] = [];
  for (const { address } of located.others.slice(0, MOST_OTHERS)) {
    const other = await lookAt(process, formatAddress(address), settings, watch);
    if (other) others.push(other);
  }
  if (others.length === 0) return snapshot;
  const shown = others.map(({ python }) => python?.runtimeAddress ?? '');
  // What is said of those that are shown after all is no longer so.
  const isAnswered = ({ code, message }: Warning) =>
    code === 'other-interpreter' && shown.some((address) => message.includes(`--library ${address} `));
  const warnings = snapshot.warnings.filter((warning) => !isAnswered(warning));
  for (const warning of others.flatMap((other) => other.warnings)) {
    if (!warnings.some(({ message }) => message === warning.message)) warnings.push(warning);
  }
  return { ...snapshot, others, warnings, complete: isComplete(warnings), timings: watch.laps };
}

/** null: it cannot be read, or is gone by now. */
async function lookAt(
  process: Process,
  library: string,
  settings: Settings,
  watch: Stopwatch,
): Promise<Snapshot | null> {
  try {
    // Threads of no interpreter are with the first.
    const native = settings.native === 'all' ? 'python' : settings.native;
    return (await examine(process, { ...settings, library, native }, watch)).snapshot;
  } catch (error) {
    if (error instanceof PystackError && error.code !== 'process-exited') return null;
    throw error;
  }
}
