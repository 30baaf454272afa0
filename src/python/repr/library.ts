/** How are objects of the standard library's other types written? */
import { formatAddress } from '../../memory/address.js';
import type { BytesTree, LibraryTree, StrTree } from '../objects/tree.js';
import type { Printer } from './printer.js';
import { quoted, quotedBytes } from './texts.js';

export function printLibrary(tree: LibraryTree, printer: Printer): string {
  switch (tree.kind) {
    case 'uuid': {
      const hex = tree.value.toString(16).padStart(32, '0');
      const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
      return `${tree.name}('${parts.join('-')}')`;
    }
    case 'path':
      return `${tree.name}(${printer.print(tree.path)})`;
    case 'call':
      return printer.around(tree.shown, `${tree.name}(`, ')', tree.again, () => printer.list(tree.items, tree.length));
    case 'pattern': {
      const text = tree.pattern === null ? printer.cut('…') : firstOf(tree.pattern, PATTERN_CHARACTERS, printer);
      const flags = flagsText(tree.pattern?.kind === 'str' ? withoutDefault(tree.flags) : tree.flags);
      return `re.compile(${text}${flags === '' ? '' : `, ${flags}`})`;
    }
    case 'match': {
      const text = tree.text === null ? printer.cut('…') : firstOf(tree.text, MATCH_CHARACTERS, printer);
      return `<${tree.type} object; span=(${tree.start}, ${tree.end}), match=${text}>`;
    }
    case 'file': {
      const state = tree.closed ? 'closed' : 'open';
      return `<${state} file ${printer.print(tree.name)}, mode '${tree.mode}' at ${formatAddress(tree.address)}>`;
    }
  }
}

/** In the order in which they are written. https://github.com/python/cpython/blob/v3.12.1/Modules/_sre/sre.c (pattern_repr) */
const FLAGS: readonly (readonly [name: string, bit: number])[] = [
  ['re.TEMPLATE', 1],
  ['re.IGNORECASE', 2],
  ['re.LOCALE', 4],
  ['re.MULTILINE', 8],
  ['re.DOTALL', 16],
  ['re.UNICODE', 32],
  ['re.VERBOSE', 64],
  ['re.DEBUG', 128],
  ['re.ASCII', 256],
];
const [LOCALE, UNICODE, ASCII] = [4, 32, 256];

/** `%.200R` */
const PATTERN_CHARACTERS = 200;
/** `%.50R` */
const MATCH_CHARACTERS = 50;

/** Of text, UNICODE goes without saying. */
function withoutDefault(flags: number): number {
  return (flags & (LOCALE | UNICODE | ASCII)) === UNICODE ? flags & ~UNICODE : flags;
}

function flagsText(flags: number): string {
  const named = FLAGS.filter(([, bit]) => flags & bit);
  const rest = named.reduce((left, [, bit]) => left & ~bit, flags);
  const parts = named.map(([name]) => name);
  return (rest === 0 ? parts : [...parts, `0x${(rest >>> 0).toString(16)}`]).join('|');
}

/** The first `most` characters of the `repr`, as Python shortens it: without a mark. */
function firstOf(tree: StrTree | BytesTree, most: number, printer: Printer): string {
  const text = tree.kind === 'str' ? quoted(tree, printer) : quotedBytes(tree, printer);
  return text.length <= most ? text : [...text].slice(0, most).join('');
}
