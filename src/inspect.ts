/** What is every Python thread of a running process doing? A session of one look. */
import type { InspectOptions } from './options.js';
import { openProcess } from './session.js';
import type { Snapshot } from './snapshot.js';

/**
 * What every Python thread of a running process is doing. Nothing is written to the target and no code runs in it.
 * Throws PystackError. Must be called on the main thread of Node (ptrace belongs to one thread).
 */
export async function inspectProcess(pid: number, options: InspectOptions = {}): Promise<Snapshot> {
  const session = await openProcess(pid, options);
  try {
    return await session.look();
  } finally {
    session.close();
  }
}
