/**
 * What can go wrong, for good? One closed list. Each error has a code, a message that says what happened, the likely
 * cause, the next step, and an exit code. docs/errors.md is checked against it. What is merely missing or doubtful is
 * no error but a warning in the Snapshot.
 */

/** 0 complete · 1 nothing could be shown · 2 usage · 3 shown but incomplete (stderr says what is missing). */
export const EXIT = { complete: 0, nothing: 1, usage: 2, incomplete: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCode =
  | 'usage'
  | 'no-such-process'
  | 'zombie'
  | 'kernel-thread'
  | 'thread-id'
  | 'not-python'
  | 'not-initialized'
  | 'permission'
  | 'already-traced'
  | 'process-exited'
  | 'unsupported-version'
  | 'unsupported-interpreter'
  | 'wrong-architecture'
  | 'unsupported-platform'
  | 'addon-missing'
  | 'not-main-thread'
  | 'unreadable-memory'
  | 'file-not-found'
  | 'file-unreadable'
  | 'not-a-core'
  | 'core-unreadable'
  | 'executable-not-found'
  | 'executable-mismatch'
  | 'decompression'
  | 'no-coredump-storage'
  | 'output'
  | 'internal';

/** What is thrown; nothing else reaches a user but through `internal`. */
export class PystackError extends Error {
  override readonly name = 'PystackError';
  constructor(
    readonly code: ErrorCode,
    /** What happened, naming the pid, file or value. One sentence without a full stop. */
    message: string,
    readonly details: {
      /** The likely cause here; several sentences are fine. */
      cause?: string;
      /** What to do next: a command, where there is one. */
      nextStep?: string;
      underlying?: unknown;
    } = {},
  ) {
    super(message, details.underlying === undefined ? undefined : { cause: details.underlying });
  }

  get exitCode(): ExitCode {
    return this.code === 'usage' ? EXIT.usage : EXIT.nothing;
  }
}
