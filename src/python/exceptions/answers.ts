/** What is an exception, once it is read? Plain values, so that two readings can be compared; its text is made elsewhere. */
import type { Address } from '../../memory/address.js';
import type { ReadValue } from '../objects/index.js';

export interface ReadThreadException {
  /** `raised`: on its way, nobody has caught it yet. `handled`: an `except`, `finally` or `with` deals with it. */
  readonly state: 'raised' | 'handled';
  readonly exception: ReadException;
}

export interface ReadException {
  readonly address: number;
  /** Qualified; null: it cannot be read. */
  readonly type: string | null;
  readonly message: ReadMessage;
  readonly traceback: ReadTraceback;
  /** `__notes__`; null: it has none. */
  readonly notes: ReadNotes | null;
  readonly cause: ReadException | null;
  readonly context: ReadException | null;
  readonly suppressContext: boolean;
  /** Of a group, those in it; null: it is none. */
  readonly group: { readonly exceptions: readonly ReadException[]; readonly omitted: number } | null;
  /** Of a SyntaxError, what it is about. */
  readonly syntax: ReadSyntax | null;
  /** Why it is no more than its type here: it is told elsewhere already, or there are too many. */
  readonly left: 'again' | 'too-many' | null;
  /** Why something of it could not be read; null: all could. */
  readonly problem: string | null;
}

/** Text as it is, or an object of which `str` or `repr` is asked. */
export type MessagePart = string | { readonly as: 'str' | 'repr'; readonly value: ReadValue };

export type ReadMessage =
  | { readonly kind: 'parts'; readonly parts: readonly MessagePart[] }
  /** Only running something would tell: what it was made with, and what it holds. */
  | { readonly kind: 'untold'; readonly args: ReadValue | null; readonly attributes: ReadValue | null };

/** `listed` false: `__notes__` is no list, and is told as it is. */
export interface ReadNotes {
  readonly notes: readonly ReadMessage[];
  readonly omitted: number;
  readonly listed: boolean;
}

export interface ReadSyntax {
  readonly msg: ReadValue | null;
  readonly filename: ReadValue | null;
  readonly text: ReadValue | null;
  readonly lineno: number | null;
  readonly offset: number | null;
  readonly endLineno: number | null;
  readonly endOffset: number | null;
}

export interface TracebackEntry {
  readonly code: Address;
  /** Bytes into the bytecode. */
  readonly lasti: number;
  /** As the traceback has it; null: it is where `lasti` is. */
  readonly line: number | null;
}

export interface ReadTraceback {
  /** Outermost first. */
  readonly entries: readonly TracebackEntry[];
  /** Why more are missing; null: those are all. */
  readonly problem: string | null;
}
