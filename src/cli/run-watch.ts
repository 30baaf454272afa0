/** What does `pystack watch` do? Look in rounds until it is over, tell what happens, and in the end what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode, PystackError } from '../errors.js';
import type { WatchEvent } from '../watch/model.js';
import type { Until } from '../watch/until.js';
import type { WatchedPid } from '../watch/watched-process.js';
import { type Cost, Watcher } from '../watch/watcher.js';
import { paletteFor, wantsColour } from './colours.js';
import type { Invocation } from './invocation.js';
import { observers } from './logging.js';
import type { Pipeline } from './pipeline.js';
import { tellFailures } from './run-many.js';
import { watchPresenter } from './watch-presenter.js';
import type { World } from './world.js';

type Watching = Extract<Invocation, { command: 'watch' }>;

/** Throws PystackError where it cannot even begin. */
export async function watchProcesses(invocation: Watching, world: World, pipeline: Pipeline): Promise<ExitCode> {
  const { view, selection, options, everyMs, forMs, patience, until } = invocation;
  const { selectProcesses } = await import('../many/selection.js');
  const { pids, refused } = selectProcesses(selection, world.pid);
  if (invocation.save !== null && pids.length > 1 && !invocation.save.includes(PID_IN_PATH)) throw oneFile();
  const looking = { ...options, ...observers(world, view, null) };
  const watcher = new Watcher(pids, (pid) => pipeline.openProcess(pid, looking), { everyMs, patience });
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  const presenter = await watchPresenter(view, world, palette);
  const stop = world.interruption();
  const startedMs = world.now();
  const meter = new Meter(world);
  const saving = new Saving(invocation, pipeline, looking, stop);
  let reached: Until | null = null;
  try {
    for (let round = 1; ; round++) {
      const events: WatchEvent[] = [];
      for await (const event of watcher.round(Date.now)) events.push(event);
      const [failure] = watcher.failures.values();
      if (failure && pids.length === 1) throw failure;
      reached = until !== null && watcher.holding(until).length > 0 ? until : null;
      for (const one of [...watcher.holding(until ?? 'stuck'), ...watcher.holding('finding')]) {
        events.push(...(await saving.save(one, watcher)));
      }
      const soFar = reached;
      if (!presenter.round(events, () => watcher.told(meter.read(), soFar), watcher.snapshots)) break;
      if (round === 1) meter.begin();
      // What was missed is not made up for: looks close to each other would tell nothing.
      const nextMs = startedMs + everyMs * Math.max(Math.floor((world.now() - startedMs) / everyMs) + 1, round);
      if (reached !== null || watcher.isOver || stop.aborted) break;
      if (forMs !== null && nextMs - startedMs > forMs) break;
      if (!(await pause(nextMs - world.now(), stop))) break;
    }
  } finally {
    watcher.close();
  }
  presenter.end(watcher.told(meter.read(), reached));
  const failures = [...watcher.failures].map(([target, error]) => ({ target, error }));
  tellFailures(failures, pids.length, refused, view, world);
  if (reached !== null) return EXIT.found;
  if (failures.length === pids.length) return EXIT.nothing;
  return failures.length > 0 ? EXIT.incomplete : EXIT.complete;
}

/** Stands for the process id in the name of a file. */
const PID_IN_PATH = '%p';

/** What the watch costs, by our own account. */
class Meter {
  #beginCpuMs = 0;
  #beginMs: number | null = null;

  constructor(private readonly world: World) {}

  /** The first round is over. */
  begin(): void {
    this.#beginCpuMs = this.world.cpuMs();
    this.#beginMs = this.world.now();
  }

  read(): Cost {
    if (this.#beginMs === null) return { beginMs: this.world.cpuMs(), share: 0 };
    const share = (this.world.cpuMs() - this.#beginCpuMs) / Math.max(this.world.now() - this.#beginMs, 1);
    return { beginMs: this.#beginCpuMs, share };
  }
}

/** false: it was ended meanwhile. */
async function pause(ms: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false;
  try {
    await sleep(Math.max(ms, 0), undefined, { signal: stop });
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}

/** Writes a snapshot of each process the first time that there is a reason. */
class Saving {
  readonly #done = new Set<number>();

  constructor(
    private readonly invocation: Watching,
    private readonly pipeline: Pipeline,
    private readonly looking: Watching['options'],
    private readonly signal: AbortSignal,
  ) {}

  async save({ pid }: WatchedPid, watcher: Watcher): Promise<WatchEvent[]> {
    const { save } = this.invocation;
    if (save === null || this.#done.has(pid)) return [];
    this.#done.add(pid);
    const path = save.replaceAll(PID_IN_PATH, String(pid));
    try {
      await this.pipeline.snapshotProcess(pid, path, { ...this.looking, signal: this.signal });
      return watcher.note({ pid }, 'saved', `kept in ${path}: pystack core ${path}`, Date.now());
    } catch (error) {
      if (!(error instanceof PystackError)) throw error;
      return watcher.note({ pid }, 'error', `no snapshot could be kept in ${path}: ${error.message}`, Date.now());
    }
  }
}

function oneFile(): PystackError {
  return new PystackError('usage', '--save names one file for several processes', {
    cause: 'Each would replace the one before.',
    nextStep: `put ${PID_IN_PATH} into the name: --save hung-${PID_IN_PATH}.core`,
  });
}
