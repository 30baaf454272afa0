/** What is an error of the target's memory, and what is one of ours? */
import { PystackError } from '../errors.js';
import { InvalidAddress } from '../memory/address.js';
import { CorruptData, MemoryFault } from '../memory/reader.js';

export function isUnreadable(error: unknown): error is Error {
  return error instanceof MemoryFault || error instanceof CorruptData || error instanceof InvalidAddress;
}

/** What the walk throws where nothing could be shown at all, of `what`. Faults of ours go on up as they are. */
export function asPystackError(error: unknown, what: string): unknown {
  if (!isUnreadable(error)) return error;
  return new PystackError('unreadable-memory', `the interpreter of ${what} cannot be read`, {
    cause: error.message,
    nextStep: 'try again; if it stays so, with -vv',
    underlying: error,
  });
}

/** The result, or null where remote memory made it impossible. Anything else is a fault of ours and goes on up. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}
