/** From what was captured to the whole result: the document's head, threads in order, and what is missing. */

import type { Located, OtherInterpreter } from '../locate/locate.js';
import { formatVersion } from '../locate/python-version.js';
import { formatAddress } from '../memory/address.js';
import type { CapturedProcess } from '../moment/captured.js';
import { evalLoopOf } from '../native-stack/eval-loop.js';
import type { Identity, OsThread, TargetFile } from '../process/process.js';
import { SUPPORTED_VERSIONS } from '../python/layouts/index.js';
import { given, known } from '../questions/answers.js';
import { HELD_SOURCES } from '../questions/held-sources.js';
import type { Questions } from '../questions/index.js';
import { NAMES } from '../questions/names.js';
import {
  type ChildProcess,
  type PythonInfo,
  SCHEMA_VERSION,
  type Snapshot,
  type Thread,
  type Warning,
} from '../snapshot.js';
import { ExceptionDescriber } from './exceptions.js';
import { findingsOf } from './findings.js';
import { FrameDescriber } from './frames.js';
import { describeLoose } from './loose-stacks.js';
import { addNativeFrames, type NativeFrames } from './native-frames.js';
import { sourceReader } from './source-lines.js';
import { describeTasks, mergedResources } from './tasks.js';
import { groupBySystemThread } from './thread-order.js';
import { type DescribedThread, describeNativeThread, describeThread, type ThreadContext } from './threads.js';
import { addWaits, type Clocks, type WaitFacts } from './waits.js';

/** What the kernel, or a core's notes, say of the process itself: who it is, and the rest. */
export interface ProcessFacts extends Identity {
  readonly osThreads: readonly OsThread[];
  readonly describeFd: ThreadContext['describeFd'];
  /** Which processes have what a thread waits for; null: not known. */
  readonly outsideOwners: WaitFacts['outsideOwners'];
  readonly readFile: (path: string) => TargetFile | null;
  /** For how long threads have not run, ms; those that are not in it run, or it is not known. */
  readonly stillMs: (tids: Iterable<number>) => ReadonlyMap<number, number>;
  /** Children that have ended and were not waited for. */
  readonly zombies: readonly ChildProcess[];
  /** By which waits that end at a time are told how long they go on; null: there is none. */
  readonly now: Clocks | null;
}

export interface Described {
  readonly facts: ProcessFacts;
  readonly located: Located;
  readonly captured: CapturedProcess;
  /** Those that were asked. */
  readonly questions: Questions;
  /** null: native frames were not asked for. */
  readonly native: NativeFrames | null;
}

/** `core` and `timings` are the caller's to add. */
export function describeProcess({ facts, located, captured, questions, native }: Described): Snapshot {
  const {
    readFile,
    sourcesAsOfMs,
    architecture,
    describeFd,
    outsideOwners,
    osThreads,
    stillMs,
    zombies,
    now,
    ...head
  } = facts;
  const sources = sourceReader(readFile, sourcesAsOfMs, known(captured.answers.get(HELD_SOURCES)) ?? []);
  const frames = new FrameDescriber(located.layout, sources, questions.locals && questions.secrets);
  const context: ThreadContext = {
    frames,
    exceptions: new ExceptionDescriber(frames, located.layout, questions.secrets),
    questions,
    idents: new Map(
      captured.threads.flatMap(({ walk: { state }, tid }) => (tid === null ? [] : [[state.threadId, state.address]])),
    ),
    osThreads: new Map(osThreads.map((thread) => [thread.tid, thread])),
    pid: facts.pid,
    architecture,
    describeFd,
  };
  const described: DescribedThread[] = [
    ...groupBySystemThread(captured.threads).map((thread) => ({
      captured: thread,
      thread: describeThread(thread, context),
    })),
    ...captured.nativeThreads.map((thread) => ({ captured: thread, thread: describeNativeThread(thread, context) })),
  ];
  const merged = native && addNativeFrames(described, native, evalLoopOf(located.layout));
  const shown = merged ?? described;
  const loose = describeLoose(captured.loose, frames);
  const warnings = [
    ...captured.warnings,
    ...located.others.map(otherInterpreter),
    ...untested(located),
    ...warningsOf(captured, shown, questions),
    ...changedSources(shown),
    ...(merged ?? []).flatMap((one) => one.warnings),
    ...loose.warnings,
  ];
  const waits = addWaits(shown, captured, { describeFd, outsideOwners, stillMs, now });
  const { threads } = waits;
  const { tasks, tasksLeftOut, loops, ...ofTasks } = describeTasks(captured, questions.tasks, {
    frames,
    describeFd,
    nowMs: now?.monotonicMs ?? null,
  });
  const resources = mergedResources(waits.resources, ofTasks.resources);
  const { capture } = captured;
  return {
    schemaVersion: SCHEMA_VERSION,
    ...head,
    python: describePython(located, captured),
    pauseMs: capture.pauseMs,
    capture,
    threads,
    ...(loose.stacks.length > 0 && { looseStacks: loose.stacks }),
    tasks,
    tasksLeftOut,
    loops,
    resources,
    findings: findingsOf({
      pid: facts.pid,
      threadCount: facts.process?.threadCount ?? null,
      threads,
      resources,
      tasks: tasks ?? [],
      loops,
      capture,
      zombies,
    }),
    warnings,
    complete: isComplete(warnings),
    core: null,
    timings: [],
  };
}

/** Whether nothing that was asked for is missing or uncertain. */
export function isComplete(warnings: readonly Warning[]): boolean {
  return !warnings.some(({ code }) => INCOMPLETE.has(code));
}

/** Warnings that mean: something asked for is not here, or not certain. */
const INCOMPLETE: ReadonlySet<Warning['code']> = new Set<Warning['code']>([
  'stack-truncated',
  'thread-inconsistent',
  'not-simultaneous',
  'interpreter-unreadable',
  'other-interpreter',
  'max-pause-exceeded',
  'core-truncated',
  'core-damaged',
  'native-incomplete',
]);

function otherInterpreter({ version, library, address }: OtherInterpreter): Warning {
  const which = `Python ${formatVersion(version)} of ${library ?? 'no file'} at ${formatAddress(address)}`;
  return {
    code: 'other-interpreter',
    message: `another interpreter is at work in this process and not shown: ${which} (--library ${formatAddress(address)} shows it)`,
  };
}

function describePython(located: Located, captured: CapturedProcess): PythonInfo {
  return {
    version: formatVersion(located.version),
    major: located.version.major,
    minor: located.version.minor,
    implementation: 'cpython',
    debugBuild: located.debugBuild,
    freeThreaded: located.freeThreaded,
    library: located.library,
    runtimeAddress: located.address === null ? null : formatAddress(located.address),
    locatedBy: located.strategy,
    state: captured.runtime.state,
  };
}

/** A version newer than all that are known was read as far as it describes itself. */
function untested({ approximate, version }: Located): Warning[] {
  if (!approximate) return [];
  const name = `${version.major}.${version.minor}`;
  const message =
    `Python ${name} is newer than the versions this tool was tested with: read by the interpreter's own table of offsets` +
    `, and what that does not tell (values of variables, for most) as in ${SUPPORTED_VERSIONS.at(-1)}`;
  return [{ code: 'version-untested', message }];
}

/** Those that are not Python's have none. */
function unreadableValues(captured: DescribedThread['captured'], { locals }: Questions): number {
  if (!locals || !('walk' in captured)) return 0;
  let count = 0;
  for (const { unreadable } of given(captured.walk.answers.get(locals))?.values() ?? []) count += unreadable;
  return count;
}

/** Why names of threads are missing, each reason once. */
function nameProblems({ threads }: CapturedProcess): Set<string> {
  const problems = new Set<string>();
  for (const { answers } of threads) {
    const named = answers.get(NAMES);
    if (named === null) continue;
    for (const problem of 'problem' in named ? [named.problem] : named.value.problems) problems.add(problem);
  }
  return problems;
}

/** Files of which lines are shown that may not be what ran. */
function changedSources(shown: readonly DescribedThread[]): Warning[] {
  const files = new Set<string>();
  for (const { thread } of shown) {
    for (const frame of thread.frames) {
      if (frame.kind === 'python' && frame.source?.status === 'modified') files.add(frame.file);
    }
  }
  return [...files].map((file) => ({
    code: 'source-modified' as const,
    message: `${file} was changed after the process started: the lines shown of it may not be those that ran`,
  }));
}

/** Places within the stack where frames may be missing. */
function gapsOf({ frames, innerGap }: Thread): number {
  const within = frames.filter((frame) => frame.kind === 'python' && frame.gap !== undefined).length;
  return within + (innerGap === undefined ? 0 : 1);
}

function inconsistency({ movingFrames, evidence }: Thread): string {
  if (movingFrames > 0) return `may be shown wrongly: its ${movingFrames} innermost frames were moving`;
  // It stood still; then it is what its frames run that cannot be read.
  if (evidence === 'stopped' || evidence === 'still') return 'is not shown wholly: code of its frames cannot be read';
  return 'may be shown wrongly: it moved while it was copied';
}

function warningsOf(captured: CapturedProcess, shown: readonly DescribedThread[], questions: Questions): Warning[] {
  const warnings: Warning[] = [];
  for (const problem of captured.runtime.problems) warnings.push({ code: 'interpreter-unreadable', message: problem });
  for (const problem of nameProblems(captured)) warnings.push({ code: 'names-unreadable', message: problem });
  for (const one of shown) {
    const { tid, ending, consistent } = one.thread;
    const about = tid === null ? {} : { tid };
    const who = tid === null ? 'a thread without a known id' : `thread ${tid}`;
    if (ending.kind === 'truncated') {
      warnings.push({ code: 'stack-truncated', message: `the stack of ${who} ends early: ${ending.reason}`, ...about });
    }
    const gaps = gapsOf(one.thread);
    if (gaps > 0) {
      const where = gaps === 1 ? 'at one place' : `at ${gaps} places`;
      const message = `frames may be missing within the stack of ${who}, ${where}: what linked them was lost`;
      warnings.push({ code: 'stack-truncated', message, ...about });
    }
    const unreadable = unreadableValues(one.captured, questions);
    if (unreadable > 0) {
      const what = unreadable === 1 ? 'a value' : `${unreadable} values`;
      warnings.push({
        code: 'value-unreadable',
        message: `${what} in ${who} cannot be read, wholly or in part`,
        ...about,
      });
    }
    if (!consistent) {
      warnings.push({ code: 'thread-inconsistent', message: `${who} ${inconsistency(one.thread)}`, ...about });
    }
  }
  const { mode, simultaneous } = captured.capture;
  if (mode === 'blocking' && !simultaneous) {
    warnings.push({ code: 'not-simultaneous', message: 'the threads are not all shown as of one instant' });
  }
  if (captured.capture.methods.includes('no-proof')) {
    const instead = mode === 'blocking' ? 'all were stopped that could be' : 'what is shown is agreed at best';
    const message = `this kernel does not tell which threads stand still (/proc/<pid>/syscall), so ${instead}`;
    warnings.push({ code: 'degraded-capture', message });
  }
  if (captured.runtime.state === 'starting') {
    warnings.push({ code: 'starting', message: 'the interpreter is still starting' });
  }
  if (captured.runtime.state === 'finalizing') {
    warnings.push({ code: 'finalizing', message: 'the interpreter is shutting down' });
  }
  return warnings;
}
