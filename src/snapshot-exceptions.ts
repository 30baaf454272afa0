/**
 * What is the result, as far as it tells which exceptions a thread deals with? Part of the one document of snapshot.ts, by
 * the same rules.
 */
import type { PythonFrame, Value } from './snapshot-frames.js';

export interface ThreadException {
  /** `raised`: on its way, nobody has caught it yet. `handled`: an `except`, `finally` or `with` deals with it. */
  state: 'raised' | 'handled';
  /** The exception itself. */
  exception: ExceptionInfo;
}

/** An exception. Each object is told once in a thread. */
export interface ExceptionInfo {
  /** Qualified name of its type; null: it cannot be read. */
  type: string | null;
  /** Where it lies, hexadecimal. */
  address: string;
  /** What `str()` of it says, bounded; null: only running code of the program would tell. */
  message: string | null;
  /** What it was made with, where there is no message; else null. */
  args: Value | null;
  /** Its attributes, where there is no message; else null. */
  attributes: Value | null;
  /** Whether something of the message was left out for its length or number. */
  truncated: boolean;
  /** Whether something of the message was withheld, as in values. */
  redacted: boolean;
  /** The calls that it came through, the outermost first. */
  traceback: PythonFrame[];
  /** Of a SyntaxError, what it is about; else null. */
  syntax: SyntaxInfo | null;
  /** `__notes__`; empty: there are none. */
  notes: ExceptionNote[];
  /** How many more notes there are. */
  omittedNotes: number;
  /** `__cause__`: what it was raised from; null: nothing. */
  cause: ExceptionInfo | null;
  /** `__context__`: what was handled when it was raised; null: nothing. */
  context: ExceptionInfo | null;
  /** `__suppress_context__`: whether Python leaves the context out. */
  suppressContext: boolean;
  /** Of a group, those in it; null: it is none. */
  exceptions: ExceptionInfo[] | null;
  /** How many more the group has. */
  omittedExceptions: number;
  /** Why it is no more than type and address here: it is told elsewhere in this thread, or there are too many; null: it is whole. */
  left: 'again' | 'too-many' | null;
  /** Why something is missing; absent when all is well. */
  problem?: string;
}

export interface ExceptionNote {
  /** What `str()` of it says; null: only running code of the program would tell. */
  text: string | null;
  /** The note as a value, where there is no text; else null. */
  value: Value | null;
}

export interface SyntaxInfo {
  /** What is wrong. */
  message: string | null;
  /** The file that it is in. */
  file: string | null;
  /** 1-based. */
  line: number | null;
  /** 1-based, in characters. */
  offset: number | null;
  /** 1-based; null before 3.10. */
  endLine: number | null;
  /** 1-based, in characters; null before 3.10. */
  endOffset: number | null;
  /** The line itself. */
  text: string | null;
}
