/** How are lists, tuples, dicts, sets and their relatives written? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readPointer } from '../../memory/reader.js';
import { type DictItem, ITEM_LIMIT, readDict } from '../dict.js';
import { needed } from '../layouts/needed.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';

export const spellList: Spell = (object, repr, depth) => {
  const length = repr.length(object.address);
  if (length === 0) return '[]';
  return repr.container(object, depth, ['[', ']'], '[...]', (inner) => {
    const start = repr.link(object.address, repr.layout.objects.PyListObject.ob_item);
    return repr.list(repr.elements(start, length, inner), length);
  });
};

export const spellTuple: Spell = (object, repr, depth) => {
  const length = repr.length(object.address);
  if (length === 0) return '()';
  return repr.container(object, depth, ['(', ')'], '(...)', (inner) => {
    const shown = repr.elements(offsetBy(object.address, repr.layout.PyTupleObject.ob_item), length, inner);
    return length === 1 ? `${shown.join('')},` : repr.list(shown, length);
  });
};

export const spellDict: Spell = (object, repr, depth) => braces(object, repr, depth, readItems(object, repr));

/** `{key: value, …}` of what `items` has. */
function braces(object: ObjectInHand, repr: Repr, depth: number, { items, total }: Items): string {
  if (total === 0) return '{}';
  return repr.container(object, depth, ['{', '}'], '{...}', (inner) => repr.list(repr.pairs(items, inner), total));
}

export interface Items {
  readonly items: readonly DictItem[];
  /** Of the whole dict. */
  readonly total: number;
}

/** The first items of a dict, `limits.maxItems` of them unless told otherwise. */
export function readItems({ address }: Pick<ObjectInHand, 'address'>, repr: Repr, most = repr.limits.maxItems): Items {
  const total = repr.size(address, repr.layout.PyDictObject.ma_used);
  const wanted = Math.min(total, most);
  if (total === 0) return { items: [], total };
  // Deleted entries count among those read: after many deletions it takes more of them.
  for (let limit = wanted; ; limit = limit * 16 + 64) {
    const { items, truncated } = readDict(repr.python, address, limit);
    if (items.length >= wanted || !truncated || limit >= ITEM_LIMIT) {
      if (!truncated && items.length !== total) {
        throw new CorruptData(`a dict of ${total} items that has ${items.length}`);
      }
      return { items: items.slice(0, wanted), total };
    }
  }
}

export const spellSet: Spell = (object, repr, depth) => {
  const { type } = object;
  const used = repr.size(object.address, repr.layout.objects.PySetObject.used);
  const { shortName } = type;
  if (used === 0) return `${shortName}()`;
  const plain = shortName === 'set' && !type.isClass;
  const braced: readonly [string, string] = plain ? ['{', '}'] : [`${shortName}({`, '})'];
  return repr.container(object, depth, braced, `${shortName}(...)`, (inner) => {
    const keys = readSetKeys(object, repr, Math.min(used, repr.limits.maxItems));
    return repr.list(
      keys.map((key) => repr.show(key, inner)),
      used,
    );
  });
};

/** Entries read at a time, and at most: a set that was large once is a large table with little in it. */
const ENTRIES_AT_A_TIME = 256;
const ENTRIES_LIMIT = 65_536;

function readSetKeys({ address }: ObjectInHand, repr: Repr, wanted: number): number[] {
  const { mask, table } = repr.layout.objects.PySetObject;
  const entry = repr.layout.objects.parts.setentry;
  const entries = repr.size(address, mask) + 1;
  const start = repr.link(address, table);
  if (wanted > entries || !Number.isInteger(Math.log2(entries))) throw new CorruptData(`a set of ${entries} entries`);
  const keys: number[] = [];
  for (let at = 0; at < Math.min(entries, ENTRIES_LIMIT) && keys.length < wanted; at += ENTRIES_AT_A_TIME) {
    const count = Math.min(ENTRIES_AT_A_TIME, entries - at);
    const view = repr.memory.read(offsetBy(start, at * entry.sizeof), count * entry.sizeof);
    for (let i = 0; i < count && keys.length < wanted; i++) {
      const key = pointerAt(view, i * entry.sizeof + entry.key);
      // A removed entry has hash -1, which no object has.
      const removed = view.getBigInt64(i * entry.sizeof + entry.hash, true) === -1n;
      if (key !== 0 && !removed) keys.push(key);
    }
  }
  if (keys.length < wanted && entries <= ENTRIES_LIMIT) throw new CorruptData('a set with less in it than it counts');
  return keys;
}

export const spellDeque: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const fields = repr.layout.objects.dequeobject;
  const length = fields.len === undefined ? repr.length(address) : repr.size(address, fields.len);
  const maxlen = readPointer(repr.memory, offsetBy(address, fields.maxlen));
  // -1, no limit, is beyond every size as an unsigned number.
  const limit = maxlen < 2 ** 60 ? `, maxlen=${maxlen}` : '';
  const name = repr.containerName(type, 'deque');
  if (length === 0) return `${name}([]${limit})`;
  const around: readonly [string, string] = [`${name}([`, `]${limit})`];
  return repr.container(object, depth, around, '[...]', (inner) => {
    const pointers = readDequeItems(object, repr, Math.min(length, repr.limits.maxItems));
    return repr.list(
      pointers.map((pointer) => repr.show(pointer, inner)),
      length,
    );
  });
};

function readDequeItems({ address }: ObjectInHand, repr: Repr, wanted: number): number[] {
  const { leftblock, leftindex } = repr.layout.objects.dequeobject;
  const { data, rightlink, BLOCKLEN } = repr.layout.objects.parts.BLOCK;
  let index = repr.size(address, leftindex);
  let block = repr.link(address, leftblock);
  if (index >= BLOCKLEN) throw new CorruptData(`a deque that begins at ${index} of ${BLOCKLEN}`);
  const items: number[] = [];
  while (items.length < wanted) {
    const count = Math.min(BLOCKLEN - index, wanted - items.length);
    items.push(...repr.pointers(offsetBy(block, data + 8 * index), count));
    if (items.length < wanted) block = repr.link(block, rightlink);
    index = 0;
  }
  return items;
}

export const spellDefaultDict: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const factory = repr.pointer(address, repr.layout.objects.defdictobject.default_factory);
  const made = factory === 0 ? 'None' : repr.show(factory, depth);
  return `${repr.containerName(type, 'defaultdict')}(${made}, ${spellDict(object, repr, depth)})`;
};

export const spellOrderedDict: Spell = (object, repr, depth) => {
  const { type } = object;
  const { items, total } = readOrderedItems(object, repr);
  if (total === 0) return `${type.shortName}()`;
  switch (repr.spelling.OrderedDict) {
    case 'dict':
      return repr.container(object, depth, [`${type.shortName}({`, '})'], '...', (inner) =>
        repr.list(repr.pairs(items, inner), total),
      );
    case 'pairs':
      return repr.container(object, depth, [`${type.shortName}([`, '])'], '...', (inner) => {
        const pairs = repr.entries(items, inner).map(([key, value]) => `(${key}, ${value})`);
        return repr.list(pairs, total);
      });
  }
};

/** In the order of its own list, from which `move_to_end` may have made another than that of the dict. */
function readOrderedItems({ address }: ObjectInHand, repr: Repr): Items {
  const od_first = needed(repr.layout.objects._odictobject, '_odictobject').od_first;
  const fields = needed(repr.layout.objects.parts._odictnode, '_odictnode');
  const total = repr.size(address, repr.layout.PyDictObject.ma_used);
  const wanted = Math.min(total, repr.limits.maxItems);
  const keys: number[] = [];
  let node = repr.pointer(address, od_first);
  while (keys.length < wanted) {
    if (node === 0) throw new CorruptData(`an OrderedDict of ${total} items that has ${keys.length}`);
    const at = toAddress(node);
    keys.push(repr.pointer(at, fields.key));
    node = repr.pointer(at, fields.next);
  }
  for (const most of [wanted, ITEM_LIMIT]) {
    const { items } = readItems({ address }, repr, most);
    const values = new Map(items.map(({ key, value }) => [key, value]));
    if (!keys.every((key) => values.has(key))) continue;
    return { items: keys.map((key) => ({ key, value: values.get(key) ?? 0 })), total };
  }
  throw new CorruptData('an OrderedDict with a key that its dict lacks');
}
