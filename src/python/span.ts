/** Which bytes of a structure are needed? The smallest range that holds the fields, so that one read fetches them. */
import type { Address } from '../memory/address.js';
import { offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';

/** Bytes [start, start + size) of a structure; a field's place in the view read is its offset minus `start`. */
export interface Span {
  readonly start: number;
  readonly size: number;
}

/** The span of the given [offset, bytes] pairs; fields that a version does not have (undefined) are left out. */
export function spanOf(fields: readonly (readonly [offset: number | undefined, bytes: number])[]): Span {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const [offset, bytes] of fields) {
    if (offset === undefined) continue;
    start = Math.min(start, offset);
    end = Math.max(end, offset + bytes);
  }
  return { start, size: end - start };
}

/** One read of a span of the structure at `address`. Throws as the reader does. */
export function readSpan(memory: MemoryReader, address: Address, span: Span): DataView {
  return memory.read(offsetBy(address, span.start), span.size);
}
