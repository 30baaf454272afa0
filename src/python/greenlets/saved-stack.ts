/**
 * What does memory say as a suspended greenlet will find it? Part of its C stack was copied elsewhere when another greenlet
 * needed the place; what stands there now is somebody else's. Read through this, an address in that part means the copy.
 */
import { type Address, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';

/** Bytes of a C stack that were saved: `size` from `start` on, which are at `copy` now. */
export interface SavedStack {
  readonly start: number;
  readonly size: number;
  readonly copy: number;
}

export class MemoryWithSavedStack implements MemoryReader {
  readonly #memory: MemoryReader;
  /** Whose stack; null: nobody's, all is as it stands. */
  of: SavedStack | null = null;

  constructor(memory: MemoryReader) {
    this.#memory = memory;
  }

  read(address: Address, size: number): DataView {
    return this.#memory.read(this.#translated(address, size), size);
  }

  /** What begins in the saved part and ends beyond it is read where it stands: nothing that is looked for lies across. */
  #translated(address: Address, size: number): Address {
    const { of } = this;
    if (of === null || address < of.start || address + size > of.start + of.size) return address;
    return toAddress(address - of.start + of.copy);
  }
}
