/**
 * How does anybody above get bytes of the target? Through this one method, without knowing where they come from: a
 * live process, a recording of it, a core file, or memory drawn by a test.
 */

import type { Address } from './address.js';
import { formatAddress, toAddress } from './address.js';
import { decodeBytes } from './byte-text.js';
import type { Range } from './ranges.js';

export interface MemoryReader {
  /**
   * The `size` bytes at `address`, little-endian view. The view may alias the reader's own storage: read from it,
   * do not keep it across other reads you would not want to see changed, never write to it.
   * Throws {@link MemoryFault} unless every byte can be read.
   */
  read(address: Address, size: number): DataView;
  /** What {@link pointerAt} makes of the eight bytes at `address`, without a view: most reads are of a pointer. */
  pointer?(address: Address): number;
  /**
   * The same bytes as those of {@link read}, without a view: where in {@link units} they begin; -1: `read` has to be asked, as
   * they are not to be had in units of four. Throws as `read` does.
   */
  unitAt?(address: Address, size: number): number;
  /** Those that the last {@link unitAt} told a place in, little-endian. */
  readonly units?: Uint32Array;
  /**
   * Says that what is at these addresses (null and nonsense among them) will be read soon: together that costs a fraction. It
   * is no reading of them.
   */
  ahead?(addresses: Iterable<number>): void;
  /** Only where pages of zeros count as lost (sure-memory.ts). */
  readonly doubt?: Doubt;
}

/** What can be asked of memory of which pages of zeros count as lost. */
export interface Doubt {
  /** The same memory with whatever is there. */
  readonly undoubted: MemoryReader;
  /** Whether one of the pages is one of zeros. */
  hasZeroedPage(range: Range): boolean;
  /** Says that `wanted`, part of `whole`, may be zeros. Throws {@link MemoryFault} where they are lost nevertheless. */
  mayBeZeros(wanted: Range, whole: Range, isOwn: boolean): void;
}

/** Bytes that are not there: unmapped, protected, not in the core file, or not in the copy. */
export class MemoryFault extends Error {
  override readonly name = 'MemoryFault';
  constructor(
    readonly address: number,
    readonly size: number,
    why = 'cannot be read',
  ) {
    // A search over memory with holes meets thousands of them, each to be caught: where it was thrown is of no interest,
    // and finding out would take most of the time.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${size} bytes at ${formatAddress(address)} ${why}`);
    Error.stackTraceLimit = limit;
  }
}

/** A structure whose content cannot be right: a cycle, an absurd size, a pointer to the wrong kind of object. */
export class CorruptData extends Error {
  override readonly name = 'CorruptData';
}

/** Pointer-sized unsigned value at `offset`, as a number; values beyond 2^53 lose low bits, and are no address anyway. */
export function pointerAt(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000;
}

/** `Py_ssize_t`/`int64_t` at `offset`; throws {@link CorruptData} beyond 2^53, where no real size lies. */
export function ssizeAt(view: DataView, offset: number): number {
  const value = view.getInt32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
  if (!Number.isSafeInteger(value)) throw new CorruptData(`absurd size ${value}`);
  return value;
}

/** The pointer-sized unsigned value at `address`. Throws as the reader does. */
export function readPointer(memory: MemoryReader, address: Address): number {
  return memory.pointer ? memory.pointer(address) : pointerAt(memory.read(address, 8), 0);
}

/** The `Py_ssize_t` at `address`. Throws as the reader does, and as {@link ssizeAt}. */
export function readSsize(memory: MemoryReader, address: Address): number {
  // Sizes are small: what is less than 2^53 unsigned is the same number signed.
  const value = readPointer(memory, address);
  return value <= Number.MAX_SAFE_INTEGER ? value : ssizeAt(memory.read(address, 8), 0);
}

/**
 * The bytes at `address`, of what may hold anything: zeros, too. `whole`: all of it; default: no more than is read. `isOwn`:
 * whether it has memory of its own, or follows the header of its object. Throws {@link MemoryFault}.
 */
export function readContent(
  memory: MemoryReader,
  address: Address,
  size: number,
  whole: Range = { start: address, end: address + size },
  isOwn = true,
): DataView {
  memory.doubt?.mayBeZeros({ start: address, end: address + size }, whole, isOwn);
  return memory.read(address, size);
}

/** The bytes of a view, not copied. */
export function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * The NUL-terminated string at `address`, at most `limit` bytes, decoded as UTF-8 (malformed bytes as byte-text.ts has them).
 * Reads in steps that do not cross into a page it need not touch. Throws {@link MemoryFault}.
 */
export function readCString(memory: MemoryReader, address: Address, limit = 4096): string {
  const parts: number[] = [];
  let at: number = address;
  while (parts.length < limit) {
    const step = Math.min(64 - (at % 64), limit - parts.length);
    const chunk = bytesOf(memory.read(toAddress(at), step));
    const end = chunk.indexOf(0);
    // Most are short.
    if (end >= 0 && parts.length === 0) return decodeBytes(chunk.subarray(0, end));
    parts.push(...(end < 0 ? chunk : chunk.subarray(0, end)));
    if (end >= 0) break;
    at += step;
  }
  return decodeBytes(new Uint8Array(parts));
}
