/** What do lists, tuples, dicts, sets and their relatives hold? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readPointer } from '../../memory/reader.js';
import { type DictItem, readDict, readValueOf } from '../dict.js';
import { needed } from '../layouts/needed.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { withoutSecretItems } from './secret-items.js';
import { readSetTable } from './set-table.js';
import type { DictTree, Entries, Tree } from './tree.js';

export const readList: ReadKind = (object, reading, depth) => {
  const length = reading.length(object.address);
  if (length === 0) return { kind: 'list', items: [], length, shown: 'inside' };
  const [items, shown] = reading.inside<readonly Tree[]>(object, depth, [], (inner) => {
    const start = reading.link(object.address, reading.layout.objects.PyListObject.ob_item);
    return withoutSecretItems(reading.elements(start, length, inner), reading);
  });
  return { kind: 'list', items, length, shown };
};

export const readTuple: ReadKind = (object, reading, depth) => {
  const length = reading.length(object.address);
  if (length === 0) return { kind: 'tuple', items: [], length, shown: 'inside' };
  const [items, shown] = reading.inside<readonly Tree[]>(object, depth, [], (inner) =>
    withoutSecretItems(
      reading.elements(offsetBy(object.address, reading.layout.PyTupleObject.ob_item), length, inner),
      reading,
    ),
  );
  return { kind: 'tuple', items, length, shown };
};

export function readDictObject(object: Pick<ObjectInHand, 'address'>, reading: Reading, depth: number): DictTree {
  return { kind: 'dict', ...entriesOf(object, reading, depth, readItems(object, reading)) };
}

/** Keys and values of what `items` has. */
export function entriesOf(
  object: Pick<ObjectInHand, 'address'>,
  reading: Reading,
  depth: number,
  { items, total }: Items,
): Entries {
  if (total === 0) return { items: [], length: 0, shown: 'inside' };
  const [entries, shown] = reading.inside(object, depth, [], (inner) => reading.entries(items, inner));
  return { items: entries, length: total, shown };
}

export interface Items {
  readonly items: readonly DictItem[];
  /** Of the whole dict. */
  readonly total: number;
}

/** The first items of a dict, `limits.maxItems` of them unless told otherwise. */
export function readItems(
  { address }: Pick<ObjectInHand, 'address'>,
  reading: Reading,
  most = reading.limits.maxItems,
): Items {
  const total = reading.size(address, reading.layout.PyDictObject.ma_used);
  const wanted = Math.min(total, most);
  if (total === 0) return { items: [], total };
  const { items, truncated } = readDict(reading.python, address, wanted);
  if (!truncated && items.length !== total) {
    throw new CorruptData(`a dict of ${total} items that has ${items.length}`);
  }
  return { items, total };
}

export const readSet: ReadKind = (object, reading, depth) => {
  const { type } = object;
  const length = reading.size(object.address, reading.layout.objects.PySetObject.used);
  const name = type.shortName;
  const literal = name === 'set' && !type.isClass;
  if (length === 0) return { kind: 'set', name, literal, items: [], length, shown: 'inside' };
  const [items, shown] = reading.inside(object, depth, [], (inner) =>
    reading.all(readSetKeys(object, reading, Math.min(length, reading.limits.maxItems)), inner),
  );
  return { kind: 'set', name, literal, items, length, shown };
};

function readSetKeys({ address }: ObjectInHand, reading: Reading, wanted: number): number[] {
  const { hash, key } = reading.layout.objects.parts.setentry;
  return readSetTable(address, reading, wanted, (view, at) => {
    // A removed entry has hash -1, which no object has.
    return view.getBigInt64(at + hash, true) === -1n ? 0 : pointerAt(view, at + key);
  });
}

export const readDeque: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const fields = reading.layout.objects.dequeobject;
  const length = fields.len === undefined ? reading.length(address) : reading.size(address, fields.len);
  const limit = readPointer(reading.memory, offsetBy(address, fields.maxlen));
  // -1, no limit, is beyond every size as an unsigned number.
  const maxlen = limit < 2 ** 60 ? limit : null;
  const name = reading.containerName(type, 'deque');
  if (length === 0) return { kind: 'deque', name, maxlen, items: [], length, shown: 'inside' };
  const [items, shown] = reading.inside(object, depth, [], (inner) =>
    reading.all(readDequeItems(object, reading, Math.min(length, reading.limits.maxItems)), inner),
  );
  return { kind: 'deque', name, maxlen, items, length, shown };
};

/** The first `wanted` items of a deque, as pointers. Throws CorruptData, MemoryFault, … */
export function readDequeItems({ address }: Pick<ObjectInHand, 'address'>, reading: Reading, wanted: number): number[] {
  const { leftblock, leftindex } = reading.layout.objects.dequeobject;
  const { data, rightlink, BLOCKLEN } = reading.layout.objects.parts.BLOCK;
  let index = reading.size(address, leftindex);
  let block = reading.link(address, leftblock);
  if (index >= BLOCKLEN) throw new CorruptData(`a deque that begins at ${index} of ${BLOCKLEN}`);
  const items: number[] = [];
  while (items.length < wanted) {
    const count = Math.min(BLOCKLEN - index, wanted - items.length);
    items.push(...reading.pointers(offsetBy(block, data + 8 * index), count));
    if (items.length < wanted) block = reading.link(block, rightlink);
    index = 0;
  }
  return items;
}

export const readDefaultDict: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const factory = reading.pointer(address, reading.layout.objects.defdictobject.default_factory);
  return {
    kind: 'defaultdict',
    name: reading.containerName(type, 'defaultdict'),
    factory: factory === 0 ? null : reading.read(factory, depth),
    dict: readDictObject(object, reading, depth),
  };
};

export const readOrderedDict: ReadKind = (object, reading, depth) => ({
  kind: 'ordered-dict',
  name: object.type.shortName,
  ...entriesOf(object, reading, depth, readOrderedItems(object, reading)),
});

/** In the order of its own list, from which `move_to_end` may have made another than that of the dict. */
function readOrderedItems({ address }: ObjectInHand, reading: Reading): Items {
  const od_first = needed(reading.layout.objects._odictobject, '_odictobject').od_first;
  const fields = needed(reading.layout.objects.parts._odictnode, '_odictnode');
  const total = reading.size(address, reading.layout.PyDictObject.ma_used);
  const wanted = Math.min(total, reading.limits.maxItems);
  const items: DictItem[] = [];
  let node = reading.pointer(address, od_first);
  while (items.length < wanted) {
    if (node === 0) throw new CorruptData(`an OrderedDict of ${total} items that has ${items.length}`);
    const at = toAddress(node);
    const key = reading.pointer(at, fields.key);
    // Its hash follows.
    const hash = reading.memory.read(offsetBy(at, fields.key + 8), 8).getBigUint64(0, true);
    const value = readValueOf(reading.python, address, key, hash);
    if (value === null) throw new CorruptData('an OrderedDict with a key that its dict lacks');
    items.push({ key, value });
    node = reading.pointer(at, fields.next);
  }
  return { items, total };
}

/** `obj` of what wraps a mapping follows the header. */
export const readMappingProxy =
  (name: string): ReadKind =>
  ({ address }, reading, depth) => ({
    kind: 'mapping-proxy',
    name,
    mapping: reading.read(reading.pointer(address, reading.layout.PyObject.sizeof), depth),
  });

/** `obj` of a dict's view likewise. */
export const readDictView =
  (of: 'keys' | 'values' | 'items'): ReadKind =>
  (object, reading, depth) => {
    const dict = reading.at(reading.pointer(object.address, reading.layout.PyObject.sizeof));
    return {
      kind: 'dict-view',
      of,
      name: object.type.tp_name,
      ...entriesOf(object, reading, depth, readItems(dict, reading)),
    };
  };
