/** What are files read through, ELF files and cores first of all? By ranges: a file may be larger than memory. */

/** Bytes of a file (or of something like one). */
export interface ByteSource {
  readonly size: number;
  /** Where it is from, for messages. */
  readonly name: string;
  /** The open descriptor, where there is a file: for native code that maps it. `close` ends it. */
  readonly fd?: number;
  /** Exactly `length` bytes at `offset`, or fewer where the file ends. Never throws for a range outside. */
  read(offset: number, length: number): Uint8Array;
  /** As read, into memory that is there already: fills it, or as much of it as the file has. Returns how much. */
  readInto?(offset: number, into: Uint8Array): number;
  close(): void;
}
