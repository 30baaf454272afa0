/** How does a failed read become words in a result? By its message, if it is a failure of the target's memory. */
import { InvalidAddress } from '../memory/address.js';
import { CorruptData, MemoryFault } from '../memory/reader.js';

/**
 * The reason in words of an error that memory or its content caused: MemoryFault, InvalidAddress, CorruptData. Any other
 * error is a fault of ours (or of the reader: a process that went away) and is thrown on.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof MemoryFault || error instanceof InvalidAddress || error instanceof CorruptData) {
    return error.message;
  }
  throw error;
}
