/** What does an object hold that stands under a secret name? Its texts are withheld wherever else they are met. */
import { isUserSpace, offsetBy } from '../../memory/address.js';
import { reasonOf } from '../problem.js';
import { readBytes } from '../text.js';
import { readDequeItems, readItems } from './containers.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Reading } from './reading.js';
import { cBaseOf } from './types.js';

/** Levels of containers, and elements of each, that are looked at. */
const DEPTH = 3;
const ELEMENTS = 20;
/** What is no secret of its own, whatever it is called: what a program consists of, and what there is one of. */
const HARMLESS: ReadonlySet<string> = new Set([
  'NoneType',
  'bool',
  'ellipsis',
  'NotImplementedType',
  'function',
  'module',
  'method',
  'builtin_function_or_method',
  'instancemethod',
  'classobj',
  'type',
  'code',
]);

/** Remembers the object at `pointer` as secret, and what it holds. What cannot be read is left. */
export function rememberSecret(pointer: number, reading: Reading, depth = DEPTH): void {
  const { secrets } = reading;
  if (depth === 0 || !isUserSpace(pointer) || !secrets.isNew(pointer)) return;
  try {
    const object = reading.at(pointer);
    const name = cBaseOf(object.type)?.tp_name ?? 'object';
    if (HARMLESS.has(name) || object.type.isMeta) return;
    const text = textOf(object, name, reading);
    if (text !== null) {
      secrets.addText(text);
      return;
    }
    const elements = elementsOf(object, name, reading);
    // What is empty there may be but one of.
    if (elements?.length === 0) return;
    secrets.addObject(pointer);
    for (const one of elements ?? []) rememberSecret(one, reading, depth - 1);
  } catch (error) {
    // Where it stands, it is withheld in any case.
    reasonOf(error);
  }
}

/** The first elements of a container, values of a dict; null: it is none. */
function elementsOf(object: ObjectInHand, name: string, reading: Reading): number[] | null {
  const { address } = object;
  const { PyListObject, dequeobject } = reading.layout.objects;
  const count = (length: number) => Math.min(length, ELEMENTS);
  switch (name) {
    case 'tuple':
      return reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count(reading.length(address)));
    case 'list': {
      const length = count(reading.length(address));
      return length === 0 ? [] : reading.pointers(reading.link(address, PyListObject.ob_item), length);
    }
    case 'dict':
      return readItems(object, reading, ELEMENTS).items.map(({ value }) => value);
    case 'collections.deque': {
      const length = dequeobject.len === undefined ? reading.length(address) : reading.size(address, dequeobject.len);
      return readDequeItems(object, reading, count(length));
    }
    default:
      return null;
  }
}

/** Of a longer one only its beginning is known. */
const LONGEST = 4096;
/** Digits of a number that is a secret: fewer, and it is another number as well. */
const DIGITS = 6;

/** What is looked for in other texts: a text, the digits of a number; null: it is neither. */
function textOf(object: ObjectInHand, name: string, reading: Reading): string | null {
  switch (name) {
    case 'str':
    case 'unicode':
      if (name === 'unicode' || !reading.layout.python2) return reading.types.text(object.address);
      return readLatin1(object, reading);
    case 'bytes':
      return readLatin1(object, reading);
    case 'int':
    case 'long': {
      const digits = readBigInt(object, reading)?.toString() ?? '';
      return digits.length >= DIGITS ? digits : '';
    }
    case 'float':
    case 'complex':
      return '';
    default:
      return null;
  }
}

function readLatin1({ address }: ObjectInHand, reading: Reading): string {
  return Buffer.from(readBytes(reading.python, address, LONGEST).bytes).toString('latin1');
}
