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
      return withRest(quotedBytes(tree, printer), tree.bytes.length, tree, 'bytes', printer);
    case 'bytearray': {
      const open = openBytes(tree, printer);
      const shown = open === null ? printer.withheld() : decodeBytesRepr(open, printer.spelling.bytearray);
      return `${tree.name}(${withRest(shown, tree.bytes.length, tree, 'bytes', printer)})`;
    }
    case 'memoryview':
      return `<${tree.released ? 'released memory' : 'memory'} at ${formatAddress(tree.address)}>`;
    case 'buffer':
      return printBuffer(tree);
  }
}

/** What is there of a text, without a mark for what is not. */
export function quoted(tree: StrTree, printer: Printer): string {
  const { unit } = tree;
  const text = printer.open(tree.text, tree.omitted !== 0);
  if (text === null) return printer.withheld();
  const points = text === tree.text ? tree.points : null;
  return unit === null ? decodeStringRepr(text, points, printer.spelling.unicode) : decodeWideRepr(text, points, unit);
}

/** The same of bytes; Python 2's `str` has no prefix. */
export function quotedBytes(tree: BytesTree, printer: Printer): string {
  const bytes = openBytes(tree, printer);
  if (bytes === null) return printer.withheld();
  return tree.of === 'str' ? decodeBytesRepr(bytes).slice(1) : decodeBytesRepr(bytes);
}

/** Bytes without what is secret in them; null: all of them are. */
function openBytes({ bytes, omitted }: Pick<BytesTree, 'bytes' | 'omitted'>, printer: Printer): Uint8Array | null {
  const text = Buffer.from(bytes).toString('latin1');
  const open = printer.open(text, omitted !== 0);
  if (open === text) return bytes;
  return open === null ? null : Buffer.from(open, 'latin1');
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
