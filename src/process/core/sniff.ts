/** Does a file look like a core, by its first bytes? Asked of whole folders: nothing is unpacked for it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { hasElfMagic } from '../../elf/header.js';
import { systemPath } from '../../memory/byte-text.js';
import { compressionOf } from './packing.js';

/** `e_type` of a core: https://gabi.xinuos.com/elf/02-eheader.html */
const ET_CORE = 4;
const E_TYPE_OFFSET = 16;

export type Sniffed = 'core' | 'elf' | 'packed' | 'other';

/** `packed`: compressed by something that cores are compressed with. Throws what opening and reading throw. */
export function sniff(path: string): Sniffed {
  const bytes = firstBytes(path, E_TYPE_OFFSET + 2);
  if (hasElfMagic(bytes)) return bytes[E_TYPE_OFFSET] === ET_CORE && bytes[E_TYPE_OFFSET + 1] === 0 ? 'core' : 'elf';
  return compressionOf(bytes) === null ? 'other' : 'packed';
}

function firstBytes(path: string, length: number): Uint8Array {
  const fd = openSync(systemPath(path), 'r');
  try {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
  } finally {
    closeSync(fd);
  }
}
