/** Where do snapshots come from? The pipeline, loaded when it is needed; tests bring their own. */
import type { CoreOptions, CoreSource, InspectOptions } from '../options.js';
import type { Snapshot } from '../snapshot.js';

export interface Pipeline {
  inspectProcess(pid: number, options: InspectOptions): Snapshot | Promise<Snapshot>;
  inspectCore(core: CoreSource, options: CoreOptions): Snapshot | Promise<Snapshot>;
}

export const PIPELINE: Pipeline = {
  async inspectProcess(pid, options) {
    return (await import('../inspect.js')).inspectProcess(pid, options);
  },
  async inspectCore(core, options) {
    return (await import('../inspect-core.js')).inspectCore(core, options);
  },
};
