/**
 * Which exceptions does a thread deal with, and where do they come from? While a thread waits, what it handles stays as it
 * is, so that it costs nobody a stop.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../memory/address.js';
import { DecodedOnce } from '../memory/decoded.js';
import { type CodeObject, readCode } from '../python/code.js';
import type { ReadException, ReadThreadException } from '../python/exceptions/answers.js';
import { readThreadExceptions } from '../python/exceptions/read-exceptions.js';
import { Secrets, type ValueSettings } from '../python/objects/index.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { ThreadQuestion } from './question.js';
import type { CodeResult } from './stacks.js';
import { valuesOf } from './values-of.js';

export interface ThreadExceptions {
  /** The one on its way, then those handled, the innermost first. */
  readonly exceptions: readonly ReadThreadException[];
  /** What their tracebacks ran, by address. */
  readonly codes: ReadonlyMap<Address, CodeResult>;
}

/** Null: it ran, and what it handles is not known. */
export type ThreadExceptionsQuestion = ThreadQuestion<ThreadExceptions | null>;

/** Characters of a message at least. */
const MESSAGE_LENGTH = 2000;

/** The question; what is found secret is noted in `secrets`. */
export function threadExceptionsQuestion(
  settings: ValueSettings,
  secrets = new Secrets(settings),
): ThreadExceptionsQuestion {
  const values = valuesOf({ ...settings, maxString: Math.max(settings.maxString, MESSAGE_LENGTH) }, secrets);
  return {
    name: 'the exceptions that it deals with',
    of: 'thread',
    reads: 'own',
    ask: (python, { state, stack, look }) => {
      if (state === null) return { exceptions: [], codes: new Map() };
      // What runs moves on while it is read.
      if (look?.running === true && look.syscall === null && look.runs !== null) return null;
      const frames = (stack?.frames ?? []).map(({ address }) => address);
      const exceptions = readThreadExceptions(python, () => values(python), state.address, frames);
      return { exceptions, codes: python.the(TracebackCodes).of(codesIn(exceptions)) };
    },
    ahead: ({ state }) => (state === null ? [] : [state.address]),
    same: isDeepStrictEqual,
  };
}

function codesIn(exceptions: readonly ReadThreadException[]): Set<Address> {
  const codes = new Set<Address>();
  const add = ({ traceback, cause, context, group }: ReadException): void => {
    for (const { code } of traceback.entries) codes.add(code);
    for (const each of [cause, context, ...(group?.exceptions ?? [])]) if (each) add(each);
  };
  for (const { exception } of exceptions) add(exception);
  return codes;
}

/** The code objects of one handle, each decoded once. */
class TracebackCodes extends DecodedOnce<Address, CodeResult> {
  constructor(python: Python) {
    super(python.memory, (address): { readonly code: CodeObject } | { readonly problem: string } => {
      try {
        return { code: readCode(python, address) };
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    });
  }
}
