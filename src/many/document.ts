/**
 * What is the result of a look at many processes or core files? A list of single results, each what it would be by
 * itself, and of those that could not be shown the reason.
 */
import type { CoreInfo, Finding, SCHEMA_VERSION, Snapshot, Thread } from '../snapshot.js';

export interface Processes {
  /** Version of the meaning of these fields, and of those of each snapshot. New fields do not raise it. */
  schemaVersion: typeof SCHEMA_VERSION;
  /** Tells this document from that of one process. */
  kind: 'processes';
  /** One for each process or core file, in the order in which they were looked at. */
  processes: ProcessEntry[];
  /** Why they are stuck, as far as several of them are part of it; what is wrong in one alone is told there. The certain ones first. */
  findings: Finding[];
  /** Whether all that was asked for is here. False: exit code 3, or 1 if no process could be shown. */
  complete: boolean;
}

/** What `--json` prints where nothing can be shown. */
export interface ErrorDocument {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof SCHEMA_VERSION;
  /** Tells this document from a result. */
  kind: 'error';
  /** What happened, why, and what to do. */
  error: Failure;
  /** How the program ends: 1 nothing could be shown, 2 wrong usage. */
  exitCode: number;
  /** What was tried and how each went. */
  tried: string[];
  /** What can be said of the process nevertheless. */
  seen: string[];
  /** Of a core that could be opened: the process as it was, and what ended it; null: there is none. */
  core: CoreInfo | null;
  /** With `--native-all`, where no Python was found: all threads with their native frames. Else empty. */
  threads: Thread[];
}

export interface ProcessEntry {
  /** Process id as seen from here; null: not known, of a core file. */
  pid: number | null;
  /** The core file; null: it is a running process. */
  core: string | null;
  /** What was found: the document that `--json` gives for this process alone. null: nothing could be shown. */
  snapshot: Snapshot | null;
  /** Why nothing could be shown; null: something is. */
  error: Failure | null;
}

export interface Failure {
  /** One of the closed list of docs/errors.md. */
  code: string;
  /** What happened, in one line. */
  message: string;
  /** The likely cause; null: see docs/errors.md. */
  cause: string | null;
  /** What to do next; null: see docs/errors.md. */
  nextStep: string | null;
}
