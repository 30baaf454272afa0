/**
 * What is in a numpy array? Its type, shape and first values, those that are masked left out. The structures are numpy's
 * binary interface, which extensions are compiled against, so they hardly ever change.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h (PyArrayObject_fields)
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import { CorruptData, readContent, ssizeAt } from '../../memory/reader.js';
import { readAttribute } from './attributes.js';
import { elementAt } from './numpy-elements.js';
import { type ElementType, readElementType, shapeText } from './numpy-types.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { Tree } from './tree.js';
import { isOfCType } from './types.js';

/** Offsets behind the object header. */
const ARRAY = { data: 0, nd: 8, dimensions: 16, strides: 24, descr: 40, flags: 48 } as const;
/** In `flags`: its memory is its own. */
const NPY_ARRAY_OWNDATA = 0x0004;
/** NPY_MAXDIMS of numpy 2; numpy 1 has 32. */
const MAX_DIMENSIONS = 64;
/** What stands for an element that is masked. */
const MASKED: Tree = { kind: 'constant', name: '--' };

interface ArrayInHand {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly element: ElementType;
  readonly data: number;
  readonly length: bigint;
  /** Whether the memory that its elements lie in is its own: not part of another one's. */
  readonly isOwn: boolean;
}

export const readArray: ReadKind = (object, reading, depth) => readElements(object, reading, depth, () => false);

/** `numpy.ma`'s: `_mask` is an array of bools of the same shape, or a bool: nothing is masked. */
export const readMaskedArray: ReadKind = (object, reading, depth) => {
  const pointer = readAttribute(object, reading, '_mask');
  const mask = pointer === null ? null : reading.at(pointer);
  if (mask === null || !isOfCType(mask.type, 'numpy.ndarray')) return readArray(object, reading, depth);
  const masks = arrayOf(mask, reading);
  const of = arrayOf(object, reading);
  if (shapeText(masks.shape) !== shapeText(of.shape))
    throw new CorruptData('a masked array with a mask of another shape');
  // Records have a mask for each field.
  if (masks.element.kind !== 'b') return { ...headOf(object, of), items: null, shown: 'inside' };
  return readElements(object, reading, depth, (n) => {
    const at = toAddress(masks.data + placeOf(n, masks.shape, masks.strides));
    return readContent(reading.memory, at, 1, extentOf(masks), masks.isOwn).getUint8(0) !== 0;
  });
};

/** What stands for an element of a masked array that is masked, taken out of it. */
export const readMaskedConstant: ReadKind = () => ({ kind: 'constant', name: 'masked' });

/** `masked`: what stands for elements that `isMasked` tells of. */
export function readElements(
  object: ObjectInHand,
  reading: Reading,
  depth: number,
  isMasked: (index: number) => boolean,
  masked = MASKED,
  most = reading.limits.maxItems,
): Tree {
  const array = arrayOf(object, reading);
  const { length, shape, strides, element, data, isOwn } = array;
  const whole = extentOf(array);
  const head = headOf(object, array);
  if (depth <= 0) {
    reading.tooDeep();
    return { ...head, items: [], shown: 'too-deep' };
  }
  // Objects in it are a level of their own, and may hold the array.
  const [items, shown] = reading.inside<readonly Tree[] | null>(object, depth, [], (inner) => {
    const found: Tree[] = [];
    const count = length < BigInt(most) ? Number(length) : most;
    try {
      for (let n = 0; n < count && !reading.isFull; n++) {
        const at = toAddress(data + placeOf(n, shape, strides));
        // Whatever it is made of may be zeros.
        reading.memory.doubt?.mayBeZeros({ start: at, end: at + element.bytes }, whole, isOwn);
        const value = isMasked(n) ? masked : elementAt(at, element, reading, inner);
        if (value === null) return null;
        found.push(value);
        reading.count(value);
      }
    } catch (error) {
      // Where the elements are lost (no core has those of a mapped file), what they are of is not.
      reading.lacks(error);
      return found.length === 0 ? null : found;
    }
    return found;
  });
  return { ...head, items, shown };
}

function headOf({ type, address }: ObjectInHand, { element, shape, length }: ArrayInHand) {
  return { kind: 'ndarray' as const, type: type.name, address, dtype: element.name, shape, length };
}

function arrayOf({ address }: Pick<ObjectInHand, 'address'>, reading: Reading): ArrayInHand {
  const header = reading.layout.PyObject.sizeof;
  const nd = reading.memory.read(offsetBy(address, header + ARRAY.nd), 4).getInt32(0, true);
  if (nd < 0 || nd > MAX_DIMENSIONS) throw new CorruptData(`an array of ${nd} dimensions`);
  const sizes = (offset: number) => {
    if (nd === 0) return [];
    const view = reading.memory.read(reading.link(address, header + offset), 8 * nd);
    return Array.from({ length: nd }, (_, i) => ssizeAt(view, 8 * i));
  };
  const shape = sizes(ARRAY.dimensions);
  if (shape.some((size) => size < 0)) throw new CorruptData(`an array of shape ${shapeText(shape)}`);
  return {
    shape,
    strides: sizes(ARRAY.strides),
    element: readElementType(reading.link(address, header + ARRAY.descr), reading),
    data: reading.pointer(address, header + ARRAY.data),
    length: shape.reduce((product, size) => product * BigInt(size), 1n),
    isOwn:
      (reading.memory.read(offsetBy(address, header + ARRAY.flags), 4).getInt32(0, true) & NPY_ARRAY_OWNDATA) !== 0,
  };
}

/** From its first byte to its last. */
function extentOf({ data, shape, strides, element }: ArrayInHand): Range {
  let [start, end] = [data, data + element.bytes];
  shape.forEach((size, i) => {
    const reach = Math.max(0, size - 1) * (strides[i] ?? 0);
    if (reach < 0) start += reach;
    else end += reach;
  });
  return { start, end };
}

/** Bytes from the beginning to the `n`th element, counted with the last index changing fastest. */
function placeOf(n: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = n;
  let place = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] ?? 1;
    place += (rest % size) * (strides[i] ?? 0);
    rest = Math.floor(rest / size);
  }
  return place;
}
