/** What does memory look like that a test has drawn? Bytes placed at addresses; everything else cannot be read. */
import type { Address } from '../../src/memory/address.js';
import { toAddress } from '../../src/memory/address.js';
import type { MemoryReader } from '../../src/memory/reader.js';
import { MemoryFault } from '../../src/memory/reader.js';

interface Block {
  start: number;
  view: DataView;
}

/** Memory of a process that is not there. Blocks may not overlap; a read must lie within one. */
export class FakeMemory implements MemoryReader {
  readonly #blocks: Block[] = [];
  #next = 0x10_0000;
  /** How often it was read. */
  reads = 0;

  /**
   * A zeroed block at `at`, or wherever there is room. It is rounded up to 64 bytes, as no real mapping ends within a
   * cache line (and strings are read by such steps), and what follows it cannot be read.
   */
  allocate(size: number, at: number = this.#next): Address {
    this.#blocks.push({ start: at, view: new DataView(new ArrayBuffer(Math.ceil(size / 64) * 64)) });
    this.#next = Math.max(this.#next, Math.ceil((at + size) / 64) * 64 + 64);
    return toAddress(at);
  }

  /** A block that holds `bytes`. */
  place(bytes: Uint8Array, at?: number): Address {
    const address = this.allocate(bytes.length, at);
    bytes.forEach((byte, i) => {
      this.byte(address + i, byte);
    });
    return address;
  }

  /** A NUL-terminated string. */
  cString(text: string): Address {
    return this.place(Buffer.from(`${text}\0`));
  }

  byte(address: number, value: number): void {
    const { view, offset } = this.#at(address, 1);
    view.setUint8(offset, value);
  }

  int(address: number, value: number): void {
    const { view, offset } = this.#at(address, 4);
    view.setInt32(offset, value, true);
  }

  /** A pointer, size or any other 64-bit value. */
  word(address: number, value: number): void {
    const { view, offset } = this.#at(address, 8);
    view.setBigInt64(offset, BigInt.asIntN(64, BigInt(value)), true);
  }

  read(address: Address, size: number): DataView {
    this.reads++;
    const { view, offset } = this.#at(address, size);
    return new DataView(view.buffer, view.byteOffset + offset, size);
  }

  #at(address: number, size: number): { view: DataView; offset: number } {
    for (const { start, view } of this.#blocks) {
      const offset = address - start;
      if (offset >= 0 && offset + size <= view.byteLength) return { view, offset };
    }
    throw new MemoryFault(address, size);
  }
}
