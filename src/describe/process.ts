/** From what was captured to the whole result: the document's head, threads in order, and what is missing. */
import { arch } from 'node:os';
import type { CapturedProcess } from '../capture/captured.js';
import type { Located } from '../locate/locate.js';
import { formatAddress } from '../memory/address.js';
import type { InspectSettings } from '../options.js';
import { type PythonInfo, SCHEMA_VERSION, type Snapshot, type Thread, type Warning } from '../snapshot.js';
import { describeFd } from '../target/live/descriptors.js';
import type { LiveTarget } from '../target/live/live-target.js';
import { sourceReader } from './source-lines.js';
import type { Names } from './thread-names.js';
import { describeThread, type ThreadContext } from './threads.js';

export interface Described {
  readonly target: LiveTarget;
  readonly located: Located;
  readonly captured: CapturedProcess;
  readonly names: Names;
  readonly settings: InspectSettings;
}

export function describeProcess({ target, located, captured, names }: Described): Omit<Snapshot, 'timings'> {
  const context: ThreadContext = {
    layout: located.layout,
    sources: sourceReader((path) => target.readFile(path), target.identity.startTimeMs),
    names,
    osThreads: new Map(target.threads().map((thread) => [thread.tid, thread])),
    pid: target.pid,
    architecture: arch() === 'arm64' ? 'arm64' : 'x64',
    describeFd: (fd) => describeFd(target.pid, fd),
  };
  const threads = captured.threads.map((thread) => describeThread(thread, context));
  const warnings = [...captured.warnings, ...warningsOf(captured, threads, names)];
  const innerPid = target.identity.nsPids.at(-1) ?? target.pid;
  return {
    schemaVersion: SCHEMA_VERSION,
    source: 'live',
    pid: target.pid,
    innerPid: innerPid === target.pid ? null : innerPid,
    capturedAt: new Date().toISOString(),
    executable: target.identity.executable,
    commandLine: target.identity.commandLine,
    python: describePython(located, captured),
    pauseMs: captured.capture.pauseMs,
    capture: captured.capture,
    threads,
    warnings,
    complete: !warnings.some(({ code }) => INCOMPLETE.has(code)),
    core: null,
  };
}

/** Warnings that mean: something asked for is not here, or not certain. */
const INCOMPLETE: ReadonlySet<Warning['code']> = new Set<Warning['code']>([
  'stack-truncated',
  'thread-inconsistent',
  'not-simultaneous',
  'thread-unreadable',
  'interpreter-unreadable',
  'max-pause-exceeded',
  'core-truncated',
  'core-damaged',
  'native-incomplete',
]);

function describePython(located: Located, captured: CapturedProcess): PythonInfo {
  const { major, minor, patch } = located.version;
  return {
    version: patch === null ? `${major}.${minor}` : `${major}.${minor}.${patch}`,
    major,
    minor,
    implementation: 'cpython',
    debugBuild: null,
    freeThreaded: located.freeThreaded,
    library: located.library,
    runtimeAddress: formatAddress(located.address),
    locatedBy: located.strategy,
    state: captured.runtime.state,
  };
}

function warningsOf(captured: CapturedProcess, threads: readonly Thread[], names: Names): Warning[] {
  const warnings: Warning[] = [];
  for (const problem of captured.runtime.problems) warnings.push({ code: 'interpreter-unreadable', message: problem });
  for (const problem of names.problems) warnings.push({ code: 'names-unreadable', message: problem });
  for (const { tid, ending, consistent, movingFrames } of threads) {
    const about = tid === null ? {} : { tid };
    const who = tid === null ? 'a thread without a known id' : `thread ${tid}`;
    if (ending.kind === 'truncated') {
      warnings.push({ code: 'stack-truncated', message: `the stack of ${who} ends early: ${ending.reason}`, ...about });
    }
    if (!consistent) {
      const how =
        movingFrames > 0 ? `its ${movingFrames} innermost frames were moving` : 'it moved while it was copied';
      warnings.push({ code: 'thread-inconsistent', message: `${who} may be shown wrongly: ${how}`, ...about });
    }
  }
  const { mode, simultaneous } = captured.capture;
  if (mode === 'blocking' && !simultaneous) {
    warnings.push({ code: 'not-simultaneous', message: 'the threads are not all shown as of one instant' });
  }
  if (captured.runtime.state === 'starting') {
    warnings.push({ code: 'starting', message: 'the interpreter is still starting' });
  }
  if (captured.runtime.state === 'finalizing') {
    warnings.push({ code: 'finalizing', message: 'the interpreter is shutting down' });
  }
  return warnings;
}
