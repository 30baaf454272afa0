/**
 * What was every Python thread of a dead (or saved) process doing? Nothing moves in a core, so nothing has to be copied;
 * what can be missing is missing for good, and is said.
 */
import { type CoreOptions, type CoreSource, settleCoreOptions, settleInspectOptions } from './options.js';
import { withOthers } from './other-interpreters.js';
import { examine, withProcess } from './pipeline.js';
import { openCoreProcess } from './process/core/open-core.js';
import type { Process } from './process/process.js';
import type { Snapshot } from './snapshot.js';
import { Stopwatch } from './timings.js';

/** What every Python thread of a dead (or saved) process was doing. Throws PystackError. */
export async function inspectCore(source: CoreSource, options: CoreOptions = {}): Promise<Snapshot> {
  const settings = settleCoreOptions(options);
  const open = () =>
    openCoreProcess(source, {
      ...settings,
      onProgress: ({ doneBytes, totalBytes }) =>
        settings.progress(`unpacking the core: ${Math.floor((doneBytes / totalBytes) * 100)} %`),
    });
  return withProcess(open, (process, watch) => inspectOpenCore(process, options, watch));
}

/** As {@link inspectCore}, of a core that is open, and stays so. Throws whatever went wrong. */
export async function inspectOpenCore(
  process: Process,
  options: CoreOptions,
  watch = new Stopwatch(),
): Promise<Snapshot> {
  const settings = { ...settleInspectOptions(), ...settleCoreOptions(options) };
  return withOthers(process, await examine(process, settings, watch), settings, watch);
}
