/**
 * The pipeline: from a process id to a Snapshot. Each stage takes what the one before gives:
 * open -> locate -> capture (look, rehearse, freeze, replay) -> describe.
 */
import { PystackError } from './errors.js';
import { type Located, locate } from './locate/locate.js';
import { captureBlocking } from './moment/blocking.js';
import type { CapturedProcess, NativeWish } from './moment/captured.js';
import { captureNonBlocking } from './moment/non-blocking.js';
import { looksOf, readPolledNow } from './moment/polled.js';
import type { TidMap } from './moment/rehearse.js';
import { asPystackError, isUnreadable } from './moment/unreadable.js';
import type { LiveStacks } from './native-stack/live-stacks.js';
import { type InspectOptions, type InspectSettings, settleInspectOptions } from './options.js';
import { HERE } from './process/arch.js';
import { pythonDescendants } from './process/live/descendants.js';
import { Descriptors } from './process/live/descriptors.js';
import { checkProcess, explainFailure } from './process/live/diagnose.js';
import { type LiveProcess, openLiveProcess } from './process/live/live-process.js';
import { errnoOf } from './process/live/proc-files.js';
import { readProcessInfo } from './process/live/process-info.js';
import { requireSupportedMachine } from './process/platform.js';
import type { PythonRuntime } from './python/python.js';
import { LiveNames } from './report/live-names.js';
import type { NativeFrames } from './report/native-frames.js';
import { describeProcess, type ProcessFacts } from './report/process.js';
import type { Names } from './report/thread-names.js';
import type { Capture, Snapshot, Warning } from './snapshot.js';
import { Stopwatch } from './timings.js';

/** How much later than told a process may have started, ms: two clock ticks. */
const START_TIME_SLACK_MS = 20;

/** Longest time threads are made to stand when nobody set a limit, ms: for the last resorts; the usual is about 0.1. */
const DEFAULT_MAX_PAUSE_MS = 1000;

/**
 * What every Python thread of a running process is doing. Nothing is written to the target and no code runs in it.
 * Throws PystackError. Must be called on the main thread of Node (ptrace belongs to one thread).
 */
export async function inspectProcess(pid: number, options: InspectOptions = {}): Promise<Snapshot> {
  const settings = settleInspectOptions(options);
  const { snapshot } = await withLiveProcess(pid, (target, watch) => examine(target, settings, watch));
  return snapshot;
}

/** Opens the process for `use`, and closes it after. Throws PystackError. */
export async function withLiveProcess<T>(
  pid: number,
  use: (target: LiveProcess, watch: Stopwatch) => Promise<T>,
): Promise<T> {
  requireSupportedMachine();
  const watch = new Stopwatch();
  const target = openLiveProcess(pid);
  try {
    watch.lap('open');
    return await use(target, watch);
  } catch (error) {
    // What could not be read may be so because there is nobody any more.
    if (isUnreadable(error) || error instanceof PystackError) checkStillThere(target, error);
    if (isRefusal(errnoOf(error))) throw explainFailure(pid, error);
    throw asPystackError(error, `process ${pid}`);
  } finally {
    target.close();
  }
}

/** What was found, and what it was found from. */
export interface Examined {
  readonly snapshot: Snapshot;
  readonly located: Located;
  readonly captured: CapturedProcess;
  readonly names: Names;
}

/** Locates, captures and describes. Throws whatever went wrong. */
export async function examine(target: LiveProcess, settings: InspectSettings, watch: Stopwatch): Promise<Examined> {
  const located = locateHere(target, settings);
  watch.lap('locate');
  const liveNames = new LiveNames(target.native, located);
  watch.lap('names');
  const stacks = await liveStacks(target, located, settings);
  const captured = capture(target, located, settings, stacks);
  watch.lap('capture');
  const names = liveNames.settle(captured.threads.map(({ walk }) => walk.state));
  watch.lap('names again');
  const snapshot = describeProcess({
    facts: factsOf(target, captured),
    located,
    captured,
    names,
    native: stacks && nativeFramesOf(stacks, settings),
  });
  watch.lap('describe');
  if (snapshot.threads.length === 0) throw nobodyThere(`process ${target.pid}`, snapshot);
  const warnings = [...snapshot.warnings, ...(stacks?.lostFiles() ?? []).map(lostFile)];
  return { snapshot: { ...snapshot, warnings, timings: watch.laps }, located, captured, names };
}

function lostFile(path: string): Warning {
  return {
    code: 'module-not-found',
    message: `${path} was deleted or replaced since it was mapped (an upgrade?), so its native frames have no names; root can still read the file that runs (sudo), and a restart would load the new one`,
  };
}

/** As {@link locate}; a process that is no Python is told apart from one that started some. */
function locateHere(target: LiveProcess, settings: InspectSettings): Located {
  try {
    return locate(target, {
      exhaustive: settings.exhaustive,
      strategies: settings.locateBy,
      library: settings.library,
      log: (message, isDetail) => settings.log(isDetail ? 2 : 1, message),
    });
  } catch (error) {
    if (!(error instanceof PystackError) || error.code !== 'not-python') throw error;
    const [child, ...more] = pythonDescendants(target.pid);
    if (!child) throw error;
    const others = more.length === 0 ? '' : `, and ${more.length} more: pgrep -P ${target.pid}`;
    throw new PystackError(error.code, error.message, {
      ...error.details,
      nextStep: `look at the Python that it started (${child.comm}): pystack remote ${child.pid}${others}`,
    });
  }
}

function factsOf(target: LiveProcess, captured: CapturedProcess): ProcessFacts {
  const { pid, identity } = target;
  const architecture = HERE;
  const descriptors = new Descriptors(target.procId);
  const innerPid = identity.nsPids.at(-1) ?? pid;
  return {
    source: 'live',
    pid,
    innerPid: innerPid === pid ? null : innerPid,
    capturedAt: new Date().toISOString(),
    executable: identity.executable,
    commandLine: identity.commandLine,
    process: readProcessInfo(target),
    architecture,
    osThreads: target.threads(),
    describeFd: (fd) => descriptors.describe(fd),
    polled: readPolledNow(target, architecture, looksOf(captured)),
    readFile: (path) => target.readFile(path),
    // A script is often written and started at once; the start is only known to a clock tick or two.
    sourcesAsOfMs: identity.startTimeMs === null ? null : identity.startTimeMs + START_TIME_SLACK_MS,
  };
}

/** Loaded when it is asked for: all else works where libdw is not installed. */
async function liveStacks(
  target: LiveProcess,
  located: Located,
  settings: InspectSettings,
): Promise<LiveStacks | null> {
  if (settings.native === 'off') return null;
  const [{ LiveStacks }, { stackOptions }] = await Promise.all([
    import('./native-stack/live-stacks.js'),
    import('./native-stack/native-stacks.js'),
  ]);
  return new LiveStacks(target, stackOptions(settings, located));
}

function nativeFramesOf(stacks: LiveStacks, { native, mode, plumbing }: InspectSettings): NativeFrames | null {
  if (native === 'off') return null;
  const moved = mode === 'non-blocking' ? 'it was running, and no thread was to be stopped' : 'it could not be copied';
  return { mode: native, plumbing, stackOf: (_, copied) => (copied ? stacks.stackOf(copied) : moved) };
}

/** Copied of each native stack at first. Few are deeper, and of those the rest is copied once more is known of them. */
const FIRST_STACK_BYTES = 32 * 1024;

function capture(
  target: LiveProcess,
  python: PythonRuntime,
  settings: InspectSettings,
  stacks: LiveStacks | null,
): CapturedProcess {
  const log = (message: string) => settings.log(2, message);
  const mayStop = settings.mode === 'blocking';
  const native: NativeWish | null = stacks && {
    stackBytes: FIRST_STACK_BYTES,
    allThreads: settings.native === 'all',
    needOf: (copied) => {
      const need = stacks.needOf(copied);
      return need?.kind === 'registers' && !mayStop ? null : need;
    },
  };
  const listTids = (): TidMap => target.tids();
  const { locals, timeBudgetMs } = settings;
  const common = { native, locals, timeBudgetMs, log };
  const captured = mayStop
    ? captureBlocking(target.native, python, listTids, {
        ...common,
        maxPauseMs: settings.maxPauseMs ?? DEFAULT_MAX_PAUSE_MS,
      })
    : captureNonBlocking(target.native, python, listTids, common);
  settings.log(1, describeCapture(captured.capture));
  return captured;
}

function describeCapture({ methods, rounds, stoppedThreads, pauseMs, simultaneous }: Capture): string {
  const stopped =
    stoppedThreads === 0 ? 'no thread stopped' : `${stoppedThreads} stopped for up to ${pauseMs.toFixed(3)} ms`;
  return `captured by ${methods.join(', ')}: ${stopped}, ${rounds} rounds${simultaneous ? '' : ', not of one instant'}`;
}

/** An interpreter without a single thread: nothing can be shown, and nothing shown must not pass for success. */
export function nobodyThere(what: string, { python, warnings }: Snapshot): PystackError {
  const state = python?.state === 'finalizing' ? 'it has shut down' : 'it is still starting';
  return new PystackError('not-initialized', `the Python interpreter of ${what} has no threads`, {
    cause: [state, ...warnings.map(({ message }) => message)].join('; '),
    nextStep: 'try again in a moment; what runs beside Python is shown by --native-all',
  });
}

/** Whether it says that there is no such process, or that we may not. */
function isRefusal(errno: string | null): boolean {
  return errno === 'ESRCH' || errno === 'EPERM' || errno === 'EACCES';
}

/** Throws PystackError `process-exited` if the process has ended since it was opened. */
function checkStillThere(target: LiveProcess, underlying: unknown): void {
  const { pid } = target;
  try {
    checkProcess(pid);
    target.refresh();
    // On its way out, a process is without memory for a moment before it is a zombie.
    if (target.mappings().length > 0) return;
  } catch (error) {
    if (!(error instanceof PystackError)) throw error;
  }
  throw new PystackError('process-exited', `process ${pid} ended while it was looked at`, {
    nextStep: 'look for its core file or its log; if it was restarted, look at the new process: pgrep -a python',
    underlying,
  });
}
