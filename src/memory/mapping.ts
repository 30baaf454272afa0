/** What is mapped somewhere in an address space? */
import type { Address } from './address.js';

/** One line of /proc/<pid>/maps, or one range of a core's NT_FILE + PT_LOAD. */
export interface Mapping {
  readonly start: Address;
  /** One past the last byte. */
  readonly end: Address;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Offset into the file, bytes. */
  readonly fileOffset: number;
  /** As the kernel writes it, ` (deleted)` removed; null: anonymous. `[heap]`, `[stack]`, `[vdso]` stay as they are. */
  readonly path: string | null;
  readonly deleted: boolean;
  /** `major:minor` in hexadecimal, as in maps; null where not known. */
  readonly device: string | null;
  readonly inode: number;
}
