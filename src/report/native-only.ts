/** What is told of a process in which no Python was found, where the native stacks of all threads were asked for? Those. */
import type { NativeThreads } from '../moment/native-threads.js';
import { SCHEMA_VERSION, type Snapshot } from '../snapshot.js';
import { addNativeFrames, type NativeFrames } from './native-frames.js';
import { isComplete, type ProcessFacts } from './process.js';
import { describeNativeThread } from './threads.js';

/** A document without `python`; `core` and `timings` are the caller's to add. */
export function describeNativeOnly(
  facts: ProcessFacts,
  { threads: captured, capture }: NativeThreads,
  native: NativeFrames,
): Snapshot {
  const { source, pid, innerPid, capturedAt, executable, commandLine, process, architecture, describeFd } = facts;
  const osThreads = new Map(facts.osThreads.map((thread) => [thread.tid, thread]));
  const context = { osThreads, pid, architecture, describeFd };
  const described = captured.map((thread) => ({ captured: thread, thread: describeNativeThread(thread, context) }));
  const merged = addNativeFrames(described, native);
  const warnings = merged.flatMap((one) => one.warnings);
  return {
    schemaVersion: SCHEMA_VERSION,
    source,
    pid,
    innerPid,
    capturedAt,
    executable,
    commandLine,
    process,
    python: null,
    pauseMs: capture.pauseMs,
    capture,
    threads: merged.map(({ thread }) => thread),
    tasks: null,
    tasksLeftOut: 0,
    loops: [],
    resources: [],
    findings: [],
    warnings,
    complete: isComplete(warnings),
    core: null,
    timings: [],
  };
}
