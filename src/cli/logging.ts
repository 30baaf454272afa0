/** Who is told what is being done? -v on stderr, and the line on a terminal that says what is being waited for. */
import type { Log } from '../options.js';
import { harmless } from '../render/escape.js';
import type { ProgressLine } from './progress.js';
import type { View } from './view.js';
import type { World } from './world.js';

export interface Observers {
  readonly log?: Log;
  readonly progress?: (message: string) => void;
}

/** Who is told what is being done, and what is being waited for. */
export function observers(world: World, view: View, progress: ProgressLine | null): Observers {
  const log = logTo(world, view);
  if (!progress) return log ? { log } : {};
  const show = (message: string) => progress.show(message);
  if (!log) return { progress: show };
  const logBelow: Log = (level, message) => {
    progress.wipe();
    log(level, message);
  };
  return { log: logBelow, progress: show };
}

function logTo(world: World, view: View): Log | undefined {
  if (view.verbosity === 0) return undefined;
  return (level, message) => {
    if (level > view.verbosity) return;
    const time = view.verbosity >= 2 ? `[${world.now().toFixed(1).padStart(7)} ms] ` : '';
    world.stderr.write(`pystack: ${time}${harmless(message)}\n`);
  };
}
