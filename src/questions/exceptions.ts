/** Which exception does a thread deal with: the one being raised, else the one being handled? */
import { isDeepStrictEqual } from 'node:util';
import { type ReadValue, readCurrentException } from '../python/objects/index.js';
import type { CopiedQuestion } from './question.js';
import type { ValuesOf } from './values-of.js';

/** Null: none. */
export function exceptionQuestion(values: ValuesOf): CopiedQuestion<ReadValue | null> {
  return {
    name: 'the exception that it deals with',
    of: 'thread',
    reads: 'copy',
    ask: (python, { state, objects }) => readCurrentException(python, values(objects), state.address),
    same: isDeepStrictEqual,
  };
}
