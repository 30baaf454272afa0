/** Bytes in memory, or nowhere at all, as a source. */
import type { ByteSource } from '../../../src/elf/byte-source.js';

export function source(bytes: Uint8Array, name = 'core'): ByteSource {
  return {
    size: bytes.length,
    name,
    read: (offset, length) =>
      offset >= 0 && length > 0 ? bytes.subarray(Math.min(offset, bytes.length), offset + length) : new Uint8Array(0),
    close: () => {},
  };
}

/** A source of `size` bytes of which only some ranges are not zero: larger than any memory. Counts what is read. */
export class SparseSource implements ByteSource {
  readonly name = 'sparse';
  bytesRead = 0;
  constructor(
    readonly size: number,
    readonly ranges: readonly { readonly at: number; readonly bytes: Uint8Array }[],
  ) {}

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    for (const range of this.ranges) {
      const from = Math.max(offset, range.at);
      const to = Math.min(offset + bytes.length, range.at + range.bytes.length);
      if (from < to) bytes.set(range.bytes.subarray(from - range.at, to - range.at), from - offset);
    }
    this.bytesRead += bytes.length;
    return bytes;
  }

  close(): void {}
}
