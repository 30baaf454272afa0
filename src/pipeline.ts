/**
 * The pipeline, once for whatever is looked at: open -> locate -> capture -> report. Each stage takes what the one before
 * gives. What differs between a process that runs, a core and a snapshot are facts of `Process`: what moves is copied
 * (rehearse, freeze, replay), what does not is walked once; what was recorded of the dead is added at the end.
 */
import { PystackError } from './errors.js';
import { type Located, locate } from './locate/locate.js';
import type { CapturedProcess } from './moment/captured.js';
import { KnownStacks } from './moment/known-stacks.js';
import { momentOf } from './moment/moment.js';
import { nativeThreadsOnly } from './moment/native-threads.js';
import { asPystackError } from './moment/unreadable.js';
import type { StackSource } from './native-stack/stacks-of.js';
import { type CoreSettings, DEFAULT_LOCALS, type InspectSettings } from './options.js';
import { requireSupportedMachine } from './process/platform.js';
import type { Process } from './process/process.js';
import { type Questions, questionsFor } from './questions/index.js';
import type { Question } from './questions/question.js';
import { emulatorsFrames, isEmulated, withEmulator } from './report/emulation.js';
import { describeNativeOnly } from './report/native-only.js';
import { addPostMortem } from './report/post-mortem.js';
import { describeProcess, isComplete, type ProcessFacts } from './report/process.js';
import type { Capture, Snapshot, Warning } from './snapshot.js';
import { Stopwatch } from './timings.js';

/** What is asked for, of whatever is looked at. */
export type Settings = InspectSettings & Pick<CoreSettings, 'registers'>;

/** What was found, and what it was found from. */
export interface Examined {
  readonly snapshot: Snapshot;
  readonly located: Located;
  readonly captured: CapturedProcess;
  /** Those that were asked. */
  readonly questions: Questions;
}

/** Opens a process for `use`, and closes it after. Throws PystackError. */
export async function withProcess<P extends Process, T>(
  open: () => P | Promise<P>,
  use: (process: P, watch: Stopwatch) => T | Promise<T>,
): Promise<T> {
  requireSupportedMachine();
  const watch = new Stopwatch();
  const process = await open();
  try {
    watch.lap('open');
    return await use(process, watch);
  } catch (error) {
    throw explained(process, error);
  } finally {
    process.close();
  }
}

/** What to throw of an error that came up while `process` was looked at. */
export function explained(process: Process, error: unknown): unknown {
  return process.explain(asPystackError(error, process.name));
}

/** Where the interpreter is. Throws PystackError. */
export function locateIn(process: Process, settings: Settings): Located {
  return locate(process, {
    exhaustive: settings.exhaustive,
    strategies: settings.locateBy,
    library: settings.library,
    log: (message, isDetail) => settings.log(isDetail ? 2 : 1, message),
  });
}

/** Locates, captures and reports. `more` is asked beside the usual questions. Throws whatever went wrong; {@link explained} says what that means. */
export async function examine(
  process: Process,
  settings: Settings,
  watch: Stopwatch,
  more: readonly Question<unknown>[] = [],
): Promise<Examined> {
  const located = await locateOrTell(process, settings);
  watch.lap('locate');
  const stacks = await stacksFor(process, located, settings);
  try {
    return examineLocated(process, located, stacks, settings, watch, more);
  } finally {
    stacks?.close();
  }
}

/** As {@link locateIn}; where there is no Python, the error has the native stacks, if those of all threads are wanted. */
async function locateOrTell(process: Process, settings: Settings): Promise<Located> {
  try {
    return locateIn(process, settings);
  } catch (error) {
    if (settings.native !== 'all' || !(error instanceof PystackError) || !NO_PYTHON.has(error.code)) throw error;
    const nativeOnly = await nativeOnlyOf(process, settings);
    throw new PystackError(error.code, error.message, {
      ...error.details,
      ...(nativeOnly && { nativeOnly }),
      underlying: error,
    });
  }
}

/** No Python, or none that can be read; what else went wrong says nothing of the process. */
const NO_PYTHON: ReadonlySet<PystackError['code']> = new Set<PystackError['code']>([
  'not-python',
  'not-initialized',
  'unsupported-version',
  'unsupported-interpreter',
]);

/** The native stacks of all threads, and nothing of Python; null: none were kept. */
async function nativeOnlyOf(process: Process, settings: Settings): Promise<Snapshot | null> {
  const stacks = await stacksFor(process, null, settings);
  if (!stacks) return null;
  try {
    const { needOf, stackOf } = stacks;
    const captured = nativeThreadsOnly(process, {
      mode: settings.mode,
      native: { stackBytes: FIRST_STACK_BYTES, needOf },
      maxPauseMs: settings.maxPauseMs ?? DEFAULT_MAX_PAUSE_MS,
    });
    if (process.sampler) settings.log(1, describeCapture(captured.capture));
    // Where there is no Python, nothing is its plumbing.
    const native = { mode: 'all', plumbing: true, stackOf } as const;
    const described = describeNativeOnly(factsOf(process, false), captured, native);
    logProblems(stacks, settings);
    for (const path of stacks.lostFiles()) settings.log(1, lostFile(path).message);
    return addPostMortem(described, process.postMortem(), settings);
  } finally {
    stacks.close();
  }
}

/** As {@link examine}, in one go, of an interpreter that was located before. `known`: stacks that need not be read again. */
export function examineLocated(
  process: Process,
  located: Located,
  stacks: StackSource | null,
  settings: Settings,
  watch: Stopwatch,
  more: readonly Question<unknown>[] = [],
  known = new KnownStacks(),
): Examined {
  const questions = questionsOf(process, settings, more);
  const captured = capture(process, located, settings, stacks, questions, known);
  watch.lap('capture');
  return report(process, { located, captured, questions }, stacks, settings, watch);
}

/** What was captured, as a document of now. It reads nothing of the memory any more: a look that finds that nobody has run is this. */
export function report(
  process: Process,
  { located, captured, questions }: Omit<Examined, 'snapshot'>,
  stacks: StackSource | null,
  settings: Settings,
  watch: Stopwatch,
): Examined {
  const native =
    settings.native === 'off' || !stacks
      ? null
      : { mode: settings.native, plumbing: settings.plumbing, stackOf: stacks.stackOf };
  // Of what does not run, what it ran in was noted, if it was known.
  const emulated = process.sampler !== null && isEmulated(located, process.mappings());
  const described = describeProcess({ facts: factsOf(process, emulated), located, captured, questions, native });
  const snapshot = addPostMortem(described, process.postMortem(), settings);
  watch.lap('describe');
  if (snapshot.threads.length === 0 && !process.postMortem()) throw nobodyThere(process.name, snapshot);
  if (stacks) logProblems(stacks, settings);
  const warnings = [
    ...snapshot.warnings,
    ...(stacks?.lostFiles() ?? []).map(lostFile),
    ...(stacks && emulated ? [emulatorsFrames(snapshot.executable)] : []),
  ];
  const complete = isComplete(warnings);
  return { snapshot: { ...snapshot, warnings, complete, timings: watch.laps }, located, captured, questions };
}

/**
 * Where native stacks come from; null: none are asked for, or none were kept. Loaded then: all else works where libdw is
 * not installed. `located`: null where no interpreter was found.
 */
export async function stacksFor(
  process: Process,
  located: Located | null,
  settings: Settings,
): Promise<StackSource | null> {
  if (settings.native === 'off' || process.postMortem()?.copied?.nativeStacks === false) return null;
  const { stacksOf } = await import('./native-stack/stacks-of.js');
  return stacksOf(process, located, settings);
}

/** What is asked of it. Of what was not kept every reading would fail, one value at a time. */
function questionsOf(process: Process, settings: Settings, more: readonly Question<unknown>[]): Questions {
  const copied = process.postMortem()?.copied ?? null;
  const locals = settings.locals !== null && (copied?.variables ?? true);
  return questionsFor(locals, settings.locals ?? DEFAULT_LOCALS, settings.tasks ? settings.maxTasks : null, more);
}

/** Longest time threads are made to stand when nobody set a limit, ms: for the last resorts; the usual is about 0.1. */
const DEFAULT_MAX_PAUSE_MS = 1000;
/** Copied of each native stack at first. Few are deeper, and of those the rest is copied once more is known of them. */
const FIRST_STACK_BYTES = 32 * 1024;

function capture(
  process: Process,
  located: Located,
  settings: Settings,
  stacks: StackSource | null,
  questions: Questions,
  known: KnownStacks,
): CapturedProcess {
  const captured = momentOf(process, located, questions.list, {
    mode: settings.mode,
    native: stacks && { stackBytes: FIRST_STACK_BYTES, needOf: stacks.needOf },
    allThreads: settings.native === 'all',
    exhaustive: settings.exhaustive,
    maxPauseMs: settings.maxPauseMs ?? DEFAULT_MAX_PAUSE_MS,
    timeBudgetMs: settings.timeBudgetMs,
    known,
    log: (message) => settings.log(2, message),
  });
  if (process.sampler) settings.log(1, describeCapture(captured.capture));
  return captured;
}

function describeCapture({ methods, rounds, stoppedThreads, pauseMs, simultaneous }: Capture): string {
  const stopped =
    stoppedThreads === 0 ? 'no thread stopped' : `${stoppedThreads} stopped for up to ${pauseMs.toFixed(3)} ms`;
  return `captured by ${methods.join(', ')}: ${stopped}, ${rounds} rounds${simultaneous ? '' : ', not of one instant'}`;
}

function factsOf(process: Process, emulated: boolean): ProcessFacts {
  const identity = process.identify();
  return {
    ...identity,
    ...(emulated && { process: withEmulator(identity.process, identity.executable) }),
    osThreads: process.threads(),
    describeFd: (fd) => process.describeFd(fd),
    outsideOwners: (kind, fd) => process.outsideOwners(kind, fd),
    readFile: (path) => process.readFile(path),
    stillMs: (tids) => process.stillMs(tids),
    zombies: process.zombieChildren(),
    // Of what does not run any more, nothing is left of a time.
    now: process.sampler && { monotonicMs: process.sampler.monotonicMs(), realtimeMs: Date.now() },
  };
}

/** What of the files that native stacks lead through could not be used. */
function logProblems(stacks: StackSource, settings: Settings): void {
  for (const { path, problem } of stacks.problems()) settings.log(1, `native stacks through ${path}: ${problem}`);
}

function lostFile(path: string): Warning {
  return {
    code: 'module-not-found',
    message: `${path} was deleted or replaced since it was mapped (an upgrade?), so its native frames have no names; root can still read the file that runs (sudo), and a restart would load the new one`,
  };
}

/** An interpreter without a single thread: nothing can be shown, and nothing shown must not pass for success. */
export function nobodyThere(what: string, { python, warnings }: Snapshot): PystackError {
  const state = python?.state === 'finalizing' ? 'it has shut down' : 'it is still starting';
  return new PystackError('not-initialized', `the Python interpreter of ${what} has no threads`, {
    cause: [state, ...warnings.map(({ message }) => message)].join('; '),
    nextStep: 'try again in a moment; what runs beside Python is shown by --native-all',
  });
}
