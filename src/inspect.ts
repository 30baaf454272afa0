/** What is every Python thread of a running process doing? One look; who looks again keeps it open (session.ts). */
import { type InspectOptions, settleInspectOptions } from './options.js';
import { examine, withProcess } from './pipeline.js';
import { openLiveProcess } from './process/live/live-process.js';
import type { Snapshot } from './snapshot.js';

/**
 * What every Python thread of a running process is doing. Nothing is written to the target and no code runs in it.
 * Throws PystackError. Must be called on the main thread of Node (ptrace belongs to one thread).
 */
export async function inspectProcess(pid: number, options: InspectOptions = {}): Promise<Snapshot> {
  const settings = { ...settleInspectOptions(options), registers: false };
  const { snapshot } = await withProcess(
    () => openLiveProcess(pid),
    (process, watch) => examine(process, settings, watch),
  );
  return snapshot;
}
