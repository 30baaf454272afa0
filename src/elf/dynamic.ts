/**
 * What does the dynamic section point to? https://gabi.xinuos.com/elf/08-dynamic.html
 */
import { u64 } from './header.js';
import type { DynamicTables } from './symbols.js';

const DT = { NULL: 0, HASH: 4, STRTAB: 5, SYMTAB: 6, STRSZ: 10, SONAME: 14, DEBUG: 21, GNU_HASH: 0x6ffffef5 } as const;
const ENTRY_SIZE = 16;
/** Real dynamic sections have 20 to 60 entries and, with many libraries, a few hundred. */
export const MAX_DYNAMIC_BYTES = 64 * 1024;

export interface DynamicSection extends DynamicTables {
  /** Offset of the soname in the string table, or null. */
  readonly soname: number | null;
  /** DT_DEBUG: address of `struct r_debug`, filled in by the loader at run time; 0 in a file. */
  readonly debug: number | null;
}

/** Decodes entries up to DT_NULL or the end. `toElfAddress` undoes what the loader did to pointers (memory only). */
export function decodeDynamic(bytes: Uint8Array, toElfAddress: (value: number) => number = (v) => v): DynamicSection {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Map<number, number>();
  for (let at = 0; at + ENTRY_SIZE <= bytes.length; at += ENTRY_SIZE) {
    const tag = u64(view, at);
    if (tag === DT.NULL) break;
    if (!values.has(tag)) values.set(tag, u64(view, at + 8));
  }
  const pointer = (tag: number): number | null => {
    const value = values.get(tag);
    return value === undefined ? null : toElfAddress(value);
  };
  return {
    symtab: pointer(DT.SYMTAB),
    strtab: pointer(DT.STRTAB),
    strsz: values.get(DT.STRSZ) ?? 0,
    hash: pointer(DT.HASH),
    gnuHash: pointer(DT.GNU_HASH),
    soname: values.get(DT.SONAME) ?? null,
    debug: values.get(DT.DEBUG) ?? null,
  };
}
