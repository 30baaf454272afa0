/**
 * What did pystack write into its own cores that the format has no place for? A note of JSON. It is read like anything
 * else from a core: possibly damaged, possibly forged, so every value is checked and what does not fit is left out.
 */
import type { Evidence } from '../../snapshot.js';

export interface CoreMetadata {
  /** Of a core cut down from another: who wrote that one. null: the process itself was copied. */
  readonly origin: 'kernel' | 'debugger' | null;
  /** When the copy was taken, ISO 8601. */
  readonly capturedAt: string | null;
  readonly executable: string | null;
  readonly commandLine: readonly string[] | null;
  readonly threads: readonly ThreadMetadata[];
  /** Names of mappings without a file: `[heap]`, `[stack]`, `[vdso]`. */
  readonly labels: readonly { readonly start: number; readonly name: string }[];
  /** Where the interpreter was found; as whoever located it wrote it. */
  readonly python: Readonly<Record<string, unknown>> | null;
  /** In words, what was left out on purpose. */
  readonly redactions: readonly string[];
  /** How the copy was had: as in Snapshot.capture. */
  readonly capture: Readonly<Record<string, unknown>> | null;
}

export interface ThreadMetadata {
  readonly tid: number;
  readonly innerTid: number;
  readonly name: string | null;
  readonly state: string | null;
  readonly evidence: Evidence;
  /** Names of the registers that are known; the core has zeros for the others. null: all of them. */
  readonly knownRegisters: readonly string[] | null;
}

const EVIDENCE = new Set<unknown>(['still', 'stopped', 'agreed', 'none']);

/** null: it is no such note. */
export function parseMetadata(text: string): CoreMetadata | null {
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
    threads: recordsOf(value.threads).flatMap((thread) => threadOf(thread)),
    labels: recordsOf(value.labels).flatMap(({ start, name }) =>
      typeof start === 'number' && typeof name === 'string' && name.startsWith('[') ? [{ start, name }] : [],
    ),
    python: isRecord(value.python) ? value.python : null,
    redactions: Array.isArray(value.redactions) ? value.redactions.filter((v) => typeof v === 'string') : [],
    capture: isRecord(value.capture) ? value.capture : null,
  };
}

export function formatMetadata(metadata: CoreMetadata): string {
  return JSON.stringify({ version: 1, ...metadata });
}

function threadOf(thread: Record<string, unknown>): ThreadMetadata[] {
  const { tid, innerTid, evidence, knownRegisters } = thread;
  if (typeof tid !== 'number' || !Number.isInteger(tid)) return [];
  return [
    {
      tid,
      innerTid: typeof innerTid === 'number' && Number.isInteger(innerTid) ? innerTid : tid,
      name: stringOf(thread.name),
      state: stringOf(thread.state),
      evidence: EVIDENCE.has(evidence) ? (evidence as Evidence) : 'none',
      knownRegisters: Array.isArray(knownRegisters) ? knownRegisters.filter((v) => typeof v === 'string') : null,
    },
  ];
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
