/** How are text and bytes written? */
import { formatAddress } from '../../memory/address.js';
import type { BytesTree, StrTree, TextTree } from '../objects/tree.js';
import type { Printer } from './printer.js';
import { decodeBytesRepr, decodeStringRepr, decodeWideRepr } from './string-repr.js';

export function printText(tree: TextTree, printer: Printer): string {
  switch (tree.kind) {
    case 'str':
      return withRest(quoted(tree, printer), tree.points?.length ?? tree.text.length, tree, 'characters', printer);
    case 'bytes':
      return withRest(quotedBytes(tree), tree.bytes.length, tree, 'bytes', printer);
    case 'bytearray': {
      const shown = decodeBytesRepr(tree.bytes, printer.spelling.bytearray);
      return `${tree.name}(${withRest(shown, tree.bytes.length, tree, 'bytes', printer)})`;
    }
    case 'memoryview':
      return `<${tree.released ? 'released memory' : 'memory'} at ${formatAddress(tree.address)}>`;
    case 'buffer':
      return printBuffer(tree);
  }
}

/** What is there of a text, without a mark for what is not. */
export function quoted({ text, points, unit }: StrTree, { spelling }: Printer): string {
  return unit === null ? decodeStringRepr(text, points, spelling.unicode) : decodeWideRepr(text, points, unit);
}

/** The same of bytes; Python 2's `str` has no prefix. */
export function quotedBytes({ bytes, of }: BytesTree): string {
  return of === 'str' ? decodeBytesRepr(bytes).slice(1) : decodeBytesRepr(bytes);
}

function withRest(
  shown: string,
  count: number,
  { omitted }: { readonly omitted: number | null },
  what: string,
  printer: Printer,
): string {
  if (omitted === 0) return shown;
  return printer.cut(omitted === null ? `${shown}…` : `${shown}… (${count + omitted} ${what})`);
}

function printBuffer({ readonly, base, pointer, size, offset, address }: TextTree & { kind: 'buffer' }): string {
  const of =
    base === 0
      ? `ptr ${formatAddress(pointer)}, size ${size}`
      : `for ${formatAddress(base)}, size ${size}, offset ${offset}`;
  return `<${readonly ? 'read-only' : 'read-write'} buffer ${of} at ${formatAddress(address)}>`;
}
