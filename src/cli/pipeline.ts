/** Where do snapshots come from? The pipeline, loaded when it is needed; tests bring their own. */
import type { CoreOptions, CoreSource, InspectOptions, SnapshotOptions } from '../options.js';
import type { SavedSnapshot } from '../save-snapshot.js';
import type { ProcessSession } from '../session.js';
import type { Snapshot } from '../snapshot.js';

export interface Pipeline {
  openProcess(pid: number, options: InspectOptions): Promise<ProcessSession>;
  inspectProcess(pid: number, options: InspectOptions): Snapshot | Promise<Snapshot>;
  inspectCore(core: CoreSource, options: CoreOptions): Snapshot | Promise<Snapshot>;
  snapshotProcess(pid: number, path: string, options: SnapshotOptions): SavedSnapshot | Promise<SavedSnapshot>;
}

export const PIPELINE: Pipeline = {
  async openProcess(pid, options) {
    return (await import('../session.js')).openProcess(pid, options);
  },
  async inspectProcess(pid, options) {
    return (await import('../inspect.js')).inspectProcess(pid, options);
  },
  async inspectCore(core, options) {
    return (await import('../inspect-core.js')).inspectCore(core, options);
  },
  async snapshotProcess(pid, path, options) {
    return (await import('../save-snapshot.js')).snapshotProcess(pid, path, options);
  },
};
