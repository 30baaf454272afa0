/**
 * What do compiled regular expressions look for, and what did they match? Both structures have been the same since 2.7,
 * behind the header of an object of variable size.
 */
import { offsetBy } from '../../memory/address.js';
import { readBytes, readCharacters } from '../text.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { decodeStr } from './texts.js';
import type { BytesTree, StrTree } from './tree.js';
import { isOfCType } from './types.js';

/** Behind the header, of which `ob_size` is the end. https://github.com/python/cpython/blob/v3.12.1/Modules/_sre/sre.h */
const PATTERN = { pattern: 24, flags: 32 } as const;
const MATCH = { string: 0, mark: 56 } as const;

function behindHeader(reading: Reading): number {
  return reading.layout.PyVarObject.ob_size + 8;
}

/** Characters of a text that are looked at: those beyond could only change which quotes stand around it. */
const LOOKED_AT = 4096;
/** Where a match in a longer text begins is told, but the text before it is not read for its sake. */
const FARTHEST = 2 ** 24;

export const readPattern: ReadKind = ({ address }, reading) => {
  const fields = offsetBy(address, behindHeader(reading));
  const pattern = readSlice(reading.at(reading.pointer(fields, PATTERN.pattern)), 0, LOOKED_AT, reading);
  return {
    kind: 'pattern',
    pattern,
    flags: reading.memory.read(offsetBy(fields, PATTERN.flags), 4).getUint32(0, true),
  };
};

export const readMatch: ReadKind = ({ address, type }, reading) => {
  const fields = offsetBy(address, behindHeader(reading));
  const mark = reading.memory.read(offsetBy(fields, MATCH.mark), 16);
  const [start, end] = [Number(mark.getBigInt64(0, true)), Number(mark.getBigInt64(8, true))];
  const string = reading.at(reading.pointer(fields, MATCH.string));
  const text = start >= 0 && end >= start ? readSlice(string, start, end, reading) : null;
  return { kind: 'match', type: type.tp_name, start, end, text };
};

/** A part of a text; null where it is not read. */
function readSlice(
  { address, type }: ObjectInHand,
  start: number,
  end: number,
  reading: Reading,
): StrTree | BytesTree | null {
  if (start > FARTHEST) return null;
  const last = Math.min(end, start + LOOKED_AT);
  if (isOfCType(type, 'str')) {
    const { view, kind } = readCharacters(reading.python, address, last);
    const from = Math.min(start * kind, view.byteLength);
    return decodeStr({ view: new DataView(view.buffer, view.byteOffset + from, view.byteLength - from), kind }, 0);
  }
  if (!isOfCType(type, 'bytes')) return null;
  const { bytes } = readBytes(reading.python, address, last);
  return { kind: 'bytes', bytes: bytes.subarray(start), omitted: 0, of: 'bytes' };
}
