/**
 * The pipeline for a core file: open (decompress) -> locate -> walk once -> describe. Nothing moves, so nothing has to be
 * copied; what can be missing is missing for good, and is said.
 */

import { type Located, locate } from './locate/locate.js';
import type { CapturedProcess } from './moment/captured.js';
import { asNoted } from './moment/noted.js';
import { looksOf, type PolledDescriptors, readPolled } from './moment/polled.js';
import { captureStatic } from './moment/static.js';
import { asPystackError } from './moment/unreadable.js';
import { CoreStacks } from './native-stack/core-stacks.js';
import { stackOptions } from './native-stack/native-stacks.js';
import { type CoreOptions, type CoreSettings, type CoreSource, settleCoreOptions } from './options.js';
// From their files, not from process/core/index.ts: that brings what writes cores as well, and with it the compressors.
import { lookAt } from './process/core/blocked.js';
import type { CoreProcess } from './process/core/core-process.js';
import { faultingThread } from './process/core/crash.js';
import { describeCore, registersOf } from './process/core/describe-core.js';
import { explainLoss } from './process/core/explain-loss.js';
import { openCoreProcess } from './process/core/open-core.js';
import { requireSupportedMachine } from './process/platform.js';
import { Python } from './python/python.js';
import type { NativeFrames } from './report/native-frames.js';
import { describeProcess, isComplete, type ProcessFacts } from './report/process.js';
import { readNames } from './report/thread-names.js';
import type { Snapshot, Thread } from './snapshot.js';
import { Stopwatch } from './timings.js';

/** What every Python thread of a dead (or saved) process was doing. Throws PystackError. */
export async function inspectCore(source: CoreSource, options: CoreOptions = {}): Promise<Snapshot> {
  const settings = settleCoreOptions(options);
  requireSupportedMachine();
  const watch = new Stopwatch();
  const target = await openCoreProcess(source, {
    ...settings,
    onProgress: ({ doneBytes, totalBytes }) =>
      settings.progress(`unpacking the core: ${Math.floor((doneBytes / totalBytes) * 100)} %`),
  });
  try {
    watch.lap('open');
    return inspectOpenCore(target, settings, watch);
  } catch (error) {
    throw explainLoss(target, asPystackError(error, target.path));
  } finally {
    target.close();
  }
}

/** As {@link inspectCore}, of a core that is open, and stays so. Throws whatever went wrong. */
export function inspectOpenCore(target: CoreProcess, settings: CoreSettings, watch = new Stopwatch()): Snapshot {
  const located = locate(target, {
    exhaustive: settings.exhaustive,
    strategies: settings.locateBy,
    library: settings.library,
    log: (message, isDetail) => settings.log(isDetail ? 2 : 1, message),
  });
  watch.lap('locate');
  const { memory } = target;
  // Of what was not kept every reading would fail, one value at a time.
  const lacksVariables = target.metadata?.capture != null && !target.metadata.variables;
  const walked = captureStatic(
    memory,
    located,
    target.threads(),
    (tid) => lookAt(target, tid),
    lacksVariables ? null : settings.locals,
    settings.native === 'all',
  );
  const captured = asNoted(walked, target.metadata, (tid) => lookAt(target, tid));
  watch.lap('walk');
  const names = readNames(new Python(located, memory), captured.runtime);
  watch.lap('names');
  const native = nativeFrames(target, located, settings);
  const snapshot = describeProcess({ facts: factsOf(target, captured), located, captured, names, native });
  const threads = describeThreads(snapshot.threads, target, settings);
  const core = describeCore(target);
  const warnings = [...target.warnings(), ...snapshot.warnings];
  if (lacksVariables && settings.locals) {
    warnings.push({
      code: 'value-unreadable',
      message: 'the snapshot was taken without --locals: it holds no variables',
    });
  }
  if (threads.length === 0) {
    const message = 'the interpreter has no threads: it was still starting, had shut down, or its list is damaged';
    warnings.push({ code: 'interpreter-unreadable', message });
  }
  watch.lap('describe');
  return { ...snapshot, threads, core, warnings, complete: isComplete(warnings), timings: watch.laps };
}

function nativeFrames(target: CoreProcess, located: Located, settings: CoreSettings): NativeFrames | null {
  const { native, plumbing, sysroot } = settings;
  if (native === 'off') return null;
  const stacks = new CoreStacks(target, {
    ...stackOptions(settings, located),
    ...(sysroot === null ? {} : { targetRoot: sysroot, debugRoots: [`${sysroot}/usr/lib/debug`, '/usr/lib/debug'] }),
  });
  return {
    mode: native,
    plumbing,
    stackOf: (tid) => stacks.stackOf(tid) ?? 'the core does not hold its registers',
  };
}

function factsOf(target: CoreProcess, captured: CapturedProcess): ProcessFacts {
  const { machine: architecture } = target;
  // Of a snapshot the note has it in words; the lists themselves are not kept, and would read as zeros.
  const polled: PolledDescriptors = target.metadata
    ? new Map()
    : readPolled(target.memory, architecture, looksOf(captured));
  return {
    source: target.writtenBy === 'pystack' ? 'snapshot' : 'core',
    pid: target.pid,
    innerPid: null,
    capturedAt: target.capturedAt,
    executable: target.metadata?.executable ?? target.program?.path ?? null,
    commandLine: target.commandLine(),
    process: target.metadata?.process ?? null,
    architecture,
    osThreads: target.threads(),
    // Descriptors died with the process; those of the machine at hand would be somebody else's.
    describeFd: () => null,
    polled,
    readFile: (path) => target.readFile(path),
    // When the process started is not recorded: what changed since the core was written cannot be what ran.
    sourcesAsOfMs: Date.parse(target.capturedAt),
  };
}

/** The faulting thread first, and what only the core's notes say of each. */
function describeThreads(threads: readonly Thread[], target: CoreProcess, settings: CoreSettings): Thread[] {
  const faultingTid = faultingThread(target)?.tid ?? null;
  const saved = new Map(target.metadata?.threads.map((thread) => [thread.tid, thread]));
  const described = threads.map((thread): Thread => {
    const { tid } = thread;
    if (tid === null) return thread;
    const waitingOn = saved.get(tid)?.waitingOn ?? null;
    return {
      ...thread,
      os: thread.os && waitingOn !== null ? { ...thread.os, waitingOn } : thread.os,
      faulting: tid === faultingTid,
      registers: settings.registers ? registersOf(target, tid) : null,
    };
  });
  return [...described.filter(({ faulting }) => faulting), ...described.filter(({ faulting }) => !faulting)];
}
