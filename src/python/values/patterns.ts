/**
 * How are compiled regular expressions and what they matched written? Both structures have been the same since 2.7, behind
 * the header of an object of variable size.
 */
import { offsetBy } from '../../memory/address.js';
import { readBytes, readCharacters } from '../text.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import { decodeBytesRepr, decodeStringRepr } from './string-repr.js';
import { isOfCType } from './types.js';

/** Behind the header, of which `ob_size` is the end. https://github.com/python/cpython/blob/v3.12.1/Modules/_sre/sre.h */
const PATTERN = { pattern: 24, flags: 32 } as const;
const MATCH = { string: 0, mark: 56 } as const;

function behindHeader(repr: Repr): number {
  return repr.layout.PyVarObject.ob_size + 8;
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
/** Characters of a text that are looked at: those beyond could only change which quotes stand around it. */
const LOOKED_AT = 4096;
/** Where a match in a longer text begins is told, but the text before it is not read for its sake. */
const FARTHEST = 2 ** 24;

/** `re.compile('a+b', re.IGNORECASE)` */
export const spellPattern: Spell = ({ address }, repr) => {
  const fields = offsetBy(address, behindHeader(repr));
  const pattern = repr.at(repr.pointer(fields, PATTERN.pattern));
  const text = sliceRepr(pattern, 0, LOOKED_AT, PATTERN_CHARACTERS, repr) ?? repr.cut('…');
  const flags = repr.memory.read(offsetBy(fields, PATTERN.flags), 4).getUint32(0, true);
  const isText = isOfCType(pattern.type, 'str');
  const shown = flagsText(isText && (flags & (LOCALE | UNICODE | ASCII)) === UNICODE ? flags & ~UNICODE : flags);
  return `re.compile(${text}${shown === '' ? '' : `, ${shown}`})`;
};

function flagsText(flags: number): string {
  const named = FLAGS.filter(([, bit]) => flags & bit);
  const rest = named.reduce((left, [, bit]) => left & ~bit, flags);
  const parts = named.map(([name]) => name);
  return (rest === 0 ? parts : [...parts, `0x${(rest >>> 0).toString(16)}`]).join('|');
}

/** `<re.Match object; span=(0, 2), match='ab'>` */
export const spellMatch: Spell = ({ address, type }, repr) => {
  const fields = offsetBy(address, behindHeader(repr));
  const mark = repr.memory.read(offsetBy(fields, MATCH.mark), 16);
  const [start, end] = [Number(mark.getBigInt64(0, true)), Number(mark.getBigInt64(8, true))];
  const string = repr.at(repr.pointer(fields, MATCH.string));
  const text = start >= 0 && end >= start ? sliceRepr(string, start, end, MATCH_CHARACTERS, repr) : null;
  return `<${type.tp_name} object; span=(${start}, ${end}), match=${text ?? repr.cut('…')}>`;
};

/** The first `most` characters of the `repr` of a part of a text; null where it is not read. */
function sliceRepr(
  { address, type }: ObjectInHand,
  start: number,
  end: number,
  most: number,
  repr: Repr,
): string | null {
  if (start > FARTHEST) return null;
  const last = Math.min(end, start + LOOKED_AT);
  if (isOfCType(type, 'str')) {
    const { view, kind } = readCharacters(repr.python, address, last);
    const from = Math.min(start * kind, view.byteLength);
    const part = new DataView(view.buffer, view.byteOffset + from, view.byteLength - from);
    return firstOf(decodeStringRepr(part, kind, repr.spelling.unicode), most);
  }
  if (!isOfCType(type, 'bytes')) return null;
  return firstOf(decodeBytesRepr(readBytes(repr.python, address, last).bytes.subarray(start)), most);
}

function firstOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return [...text].slice(0, most).join('');
}
