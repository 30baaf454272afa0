/**
 * What did pystack write into its own cores that the format has no place for? A note of JSON. It is read like anything
 * else from a core: possibly damaged, possibly forged, so every value is checked and what does not fit is left out.
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Capture, Evidence, ProcessInfo, Warning } from '../../snapshot.js';
import type { NotedInterpreter } from '../noted-interpreter.js';
import { type NotedWaits, parseWaits } from './noted-waits.js';

export interface SavedMetadata {
  /** Of a core cut down from another: who wrote that one. null: the process itself was copied. */
  readonly origin: 'kernel' | 'debugger' | null;
  /** When the copy was taken, ISO 8601. */
  readonly capturedAt: string | null;
  readonly executable: string | null;
  readonly commandLine: readonly string[] | null;
  /** As in Snapshot.process. */
  readonly process: ProcessInfo | null;
  readonly threads: readonly ThreadMetadata[];
  /** Names of mappings without a file: `[heap]`, `[stack]`, `[vdso]`. */
  readonly labels: readonly { readonly start: number; readonly name: string }[];
  /** Where the interpreter was found. */
  readonly python: NotedInterpreter | null;
  /** How the copy was had: as in Snapshot.capture. */
  readonly capture: Capture | null;
  /** Whether variables were asked for; false: none are in it. */
  readonly variables: boolean;
  /** Whether native stacks were asked for; false: they are not in it. */
  readonly nativeStacks: boolean;
  /** What threads waited for; null: it was not looked at. */
  readonly waits: NotedWaits | null;
  /** What was missing or doubtful when the copy was taken. */
  readonly warnings: readonly Warning[];
  /** The lines of source files that are shown. */
  readonly sources: readonly NotedLine[];
}

/** A line of a source file as it stood on the machine the copy is from. */
export interface NotedLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** Whether the file had been changed since the process started. */
  readonly modified: boolean;
}

export interface ThreadMetadata {
  readonly tid: number;
  readonly innerTid: number;
  readonly name: string | null;
  readonly state: string | null;
  /** Addresses of the thread states that are its. */
  readonly threadStates: readonly number[];
  /** Whether it had ended, and only its thread state was left. */
  readonly terminated: boolean;
  readonly evidence: Evidence;
  /** Whether its stack was shown without doubt: nobody runs what has ended, and yet it may just be coming or going. */
  readonly consistent: boolean;
  /** Innermost frames that were moving. */
  readonly movingFrames: number;
  /** What it waited for, in words; null: for nothing, or not known. */
  readonly waitingOn: string | null;
  /** Names of the registers that are known; the core has zeros for the others. null: all of them. */
  readonly knownRegisters: readonly string[] | null;
}

/** Lines of the longest source file; a forged number must not become gigabytes of empty lines. */
const MOST_LINES = 1_000_000;
const RELEASE_LEVELS = ['alpha', 'beta', 'candidate', 'final'] as const;
/** Those that a capture gives, and of another interpreter, which the file lacks; all others follow from what is read. */
const CAPTURE_WARNINGS = [
  'not-stoppable',
  'max-pause-exceeded',
  'not-simultaneous',
  'value-unreadable',
  'degraded-capture',
  'other-interpreter',
] as const;
const CONDITIONS = ['stopped', 'traced', 'frozen', 'swapped', 'main-thread-ended', 'emulated'] as const;
const EVIDENCE = new Set<unknown>(['still', 'stopped', 'agreed', 'none']);

/** null: it is no such note. */
export function parseMetadata(text: string): SavedMetadata | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isRecord(value) || value.version !== 1) return null;
  return {
    origin: value.origin === 'kernel' || value.origin === 'debugger' ? value.origin : null,
    capturedAt: stringOf(value.capturedAt),
    executable: stringOf(value.executable),
    commandLine: Array.isArray(value.commandLine) ? value.commandLine.filter((v) => typeof v === 'string') : null,
    process: isRecord(value.process) ? processOf(value.process) : null,
    threads: recordsOf(value.threads).flatMap((thread) => threadOf(thread)),
    labels: recordsOf(value.labels).flatMap(({ start, name }) =>
      typeof start === 'number' && typeof name === 'string' && name.startsWith('[') ? [{ start, name }] : [],
    ),
    python: isRecord(value.python) ? interpreterOf(value.python) : null,
    capture: isRecord(value.capture) ? captureOf(value.capture) : null,
    variables: value.variables === true,
    // Who wrote nothing of it may have kept them.
    nativeStacks: value.nativeStacks !== false,
    waits: parseWaits(value.waits),
    warnings: recordsOf(value.warnings).flatMap((warning) => warningOf(warning)),
    sources: recordsOf(value.sources).flatMap((line) => lineOf(line)),
  };
}

export function formatMetadata(metadata: SavedMetadata): string {
  return JSON.stringify({ version: 1, ...metadata });
}

function processOf(info: Record<string, unknown>): ProcessInfo {
  return {
    host: stringOf(info.host),
    startedAt: stringOf(info.startedAt),
    uid: isCount(info.uid) ? info.uid : null,
    user: stringOf(info.user),
    container: stringOf(info.container),
    // Of the machine that it was taken on; here its paths mean nothing.
    sameFiles: false,
    conditions: recordsOf(info.conditions).flatMap(({ kind, detail }) => {
      const known = CONDITIONS.find((one) => one === kind);
      return known ? [{ kind: known, detail: stringOf(detail) }] : [];
    }),
    pythonChildren: Array.isArray(info.pythonChildren)
      ? recordsOf(info.pythonChildren).flatMap(({ pid, name }) =>
          isCount(pid) && typeof name === 'string' ? [{ pid, name }] : [],
        )
      : null,
    threadCount: isCount(info.threadCount) ? info.threadCount : null,
  };
}

function threadOf(thread: Record<string, unknown>): ThreadMetadata[] {
  const { tid, innerTid, threadStates, evidence, movingFrames, knownRegisters } = thread;
  if (typeof tid !== 'number' || !Number.isInteger(tid)) return [];
  return [
    {
      tid,
      innerTid: typeof innerTid === 'number' && Number.isInteger(innerTid) ? innerTid : tid,
      name: stringOf(thread.name),
      state: stringOf(thread.state),
      threadStates: Array.isArray(threadStates) ? threadStates.filter((v) => typeof v === 'number') : [],
      terminated: thread.terminated === true,
      evidence: EVIDENCE.has(evidence) ? (evidence as Evidence) : 'none',
      // Files of before did not tell.
      consistent: thread.consistent !== false,
      movingFrames: isCount(movingFrames) ? movingFrames : 0,
      waitingOn: stringOf(thread.waitingOn),
      knownRegisters: Array.isArray(knownRegisters) ? knownRegisters.filter((v) => typeof v === 'string') : null,
    },
  ];
}

function interpreterOf(python: Record<string, unknown>): NotedInterpreter | null {
  const { address, library, version, freeThreaded, debugBuild, globals, asyncioTable } = python;
  if (typeof address !== 'number' || !isUserSpace(address) || !isRecord(version)) return null;
  const { major, minor, patch, releaseLevel, serial } = version;
  if (!isCount(major) || !isCount(minor)) return null;
  return {
    address: toAddress(address),
    library: stringOf(library),
    version: {
      major,
      minor,
      patch: isCount(patch) ? patch : null,
      releaseLevel: RELEASE_LEVELS.find((level) => level === releaseLevel) ?? null,
      serial: isCount(serial) ? serial : null,
    },
    freeThreaded: freeThreaded === true,
    debugBuild: typeof debugBuild === 'boolean' ? debugBuild : null,
    ...(isRecord(globals) && { globals: addressesOf(globals) }),
    asyncioTable: typeof asyncioTable === 'number' && isUserSpace(asyncioTable) ? toAddress(asyncioTable) : null,
  };
}

function addressesOf(globals: Record<string, unknown>): Record<string, number> {
  const entries = Object.entries(globals).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && isUserSpace(entry[1]),
  );
  return Object.fromEntries(entries);
}

function captureOf(capture: Record<string, unknown>): Capture | null {
  const { pauseMs, stoppedThreads, rounds, simultaneous, methods } = capture;
  const mode = capture.mode === 'blocking' || capture.mode === 'non-blocking' ? capture.mode : null;
  if (mode === null || typeof pauseMs !== 'number' || !isCount(stoppedThreads) || !isCount(rounds)) return null;
  return {
    mode,
    pauseMs,
    stoppedThreads,
    rounds,
    simultaneous: simultaneous === true,
    methods: Array.isArray(methods) ? methods.filter((v) => typeof v === 'string') : [],
  };
}

function warningOf({ code, message, tid }: Record<string, unknown>): Warning[] {
  const known = CAPTURE_WARNINGS.find((one) => one === code);
  if (!known || typeof message !== 'string') return [];
  return [{ code: known, message, ...(isCount(tid) ? { tid } : {}) }];
}

function lineOf({ file, line, text, modified }: Record<string, unknown>): NotedLine[] {
  if (typeof file !== 'string' || typeof text !== 'string' || !isCount(line)) return [];
  if (line === 0 || line > MOST_LINES) return [];
  return [{ file, line, text, modified: modified === true }];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
