/**
 * Is part of what a code object refers to on a page that is lost? Where zeros stand for part of a table of lines, all the rest
 * of the code would be on one line; a name would end in them.
 */
import type { Address } from '../memory/address.js';
import { PAGE_BYTES } from '../memory/pages.js';
import { isZeroedPage } from '../memory/zeroed-pages.js';
import type { Python } from './python.js';

/** The header of a `str`, and the widest of its characters. */
const TEXT_HEADER_BYTES = 56;
const CHARACTER_BYTES = 4;

/** Whether the table at `table`, a `bytes` object that was read as `bytes`, lies on a page of zeros, or partly. */
export function isZeroedTable({ memory, layout }: Python, table: Address, bytes: Uint8Array): boolean {
  const start = table + layout.PyBytesObject.ob_sval;
  // One without anything has a header, unless that is lost.
  if (bytes.length === 0) return isZeroedPage(memory, table);
  for (let at: number = start; at < start + bytes.length; at = nextPage(at)) {
    if (bytes[at - start] === 0 && isZeroedPage(memory, at)) return true;
  }
  return false;
}

/** Whether the `text` of the `str` at `address` goes on over a page of zeros. Names have none, but for those that are made up. */
export function isTorn({ memory }: Python, address: number, text: string): boolean {
  if (!text.includes('\0')) return false;
  const end = address + TEXT_HEADER_BYTES + CHARACTER_BYTES * text.length;
  for (let at = nextPage(address); at < end; at = nextPage(at)) if (isZeroedPage(memory, at)) return true;
  return false;
}

function nextPage(address: number): number {
  return address - (address % PAGE_BYTES) + PAGE_BYTES;
}
