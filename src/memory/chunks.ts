/**
 * How is a range of memory searched that may have holes? In chunks, page by page where a chunk cannot be read whole.
 */
import { isUserSpace, toAddress } from './address.js';
import { PAGE_BYTES } from './pages.js';
import type { Range } from './ranges.js';
import type { MemoryReader } from './reader.js';
import { MemoryFault } from './reader.js';

const CHUNK = 1024 * 1024;

export interface Chunk {
  readonly start: number;
  readonly view: DataView;
}

/**
 * The readable parts of `range`, in order, about `CHUNK` bytes each. Each reaches `overlap` bytes into the next where
 * that can be read, so that what is looked for is not missed where it lies across a border. Ends once `isOver` says so.
 */
export function* readChunks(
  memory: MemoryReader,
  range: Range,
  overlap = 0,
  isOver: () => boolean = () => false,
  chunkBytes = CHUNK,
): Generator<Chunk> {
  if (!isUserSpace(range.start)) return;
  for (let at = range.start; at < range.end && !isOver(); ) {
    const end = Math.min(range.end, Math.ceil((at + 1) / chunkBytes) * chunkBytes);
    const reach = Math.min(end + overlap, range.end);
    const whole = tryRead(memory, at, reach - at) ?? (reach > end ? tryRead(memory, at, end - at) : null);
    if (whole) yield { start: at, view: whole };
    else if (chunkBytes > PAGE_BYTES) yield* readChunks(memory, { start: at, end: reach }, overlap, isOver, PAGE_BYTES);
    at = end;
  }
}

function tryRead(memory: MemoryReader, start: number, size: number): DataView | null {
  try {
    return memory.read(toAddress(start), size);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}
