/**
 * How is a mapping without a file read as if it were one? The vDSO is an ELF image that exists only in memory.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import { toAddress } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MemoryReader } from '../../memory/reader.js';
import { bytesOf, MemoryFault } from '../../memory/reader.js';

/** The mapping's memory as a source; null when its first page is not to be had. */
export function memorySource(memory: MemoryReader, { start, end, path }: Mapping): ByteSource | null {
  const size = end - start;
  const read = (offset: number, length: number): Uint8Array => {
    if (!(offset >= 0 && length > 0 && offset < size)) return new Uint8Array(0);
    try {
      return bytesOf(memory.read(toAddress(start + offset), Math.min(length, size - offset)));
    } catch (error) {
      if (error instanceof MemoryFault) return new Uint8Array(0);
      throw error;
    }
  };
  if (read(0, 4).length < 4) return null;
  return { size, name: path ?? 'memory', read, close: () => {} };
}
