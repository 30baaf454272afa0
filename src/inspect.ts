/** What is every Python thread of a running process doing? One look; who looks again keeps it open (session.ts). */
import { withSharedLocks } from './neighbours/shared-locks.js';
import { type InspectOptions, settleInspectOptions } from './options.js';
import { withOthers } from './other-interpreters.js';
import { examine, withProcess } from './pipeline.js';
import { openLiveProcess } from './process/live/live-process.js';
import type { Snapshot } from './snapshot.js';

/**
 * What every Python thread of a running process is doing. Nothing is written to the target and no code runs in it.
 * Throws PystackError. Must be called on the main thread of Node (ptrace belongs to one thread).
 */
export async function inspectProcess(pid: number, options: InspectOptions = {}): Promise<Snapshot> {
  const settings = { ...settleInspectOptions(options), registers: false };
  return withProcess(
    () => openLiveProcess(pid),
    async (process, watch) => {
      const examined = await examine(process, settings, watch);
      const snapshot = await withSharedLocks(examined.snapshot, process);
      return withOthers(process, { ...examined, snapshot }, settings, watch);
    },
  );
}
