/**
 * How is an object taken apart without anything running? The reader of its type's kind is looked up, and that reads what
 * it needs, into a tree. Depth, number and length are bounded, so is the sum of the work. An object that cannot be read
 * costs itself only.
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, isUserSpace, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { CorruptData, pointerAt } from '../../memory/reader.js';
import type { DictItem } from '../dict.js';
import type { Layout } from '../layouts/layout.js';
import { type Spelling, spellingOf } from '../layouts/spelling.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import type { Secrets } from './secrets.js';
import type { Field, Place, Shown, Tree } from './tree.js';
import type { KnownType, Types } from './types.js';

/** How much of a value is read; the shape of the options. */
export interface ValueLimits {
  /** Levels of containers. */
  readonly depth: number;
  /** Characters of a string, bytes, digits of a number; a value as a whole has some times as many. */
  readonly maxString: number;
  /** Elements of a container. */
  readonly maxItems: number;
}

export interface ObjectInHand {
  readonly address: Address;
  readonly type: KnownType;
}

/** Reads one kind of object. `depth`: levels of containers that may still be looked into, this one included. */
export type ReadKind = (object: ObjectInHand, reading: Reading, depth: number) => Tree;

/** Finds the reader for a type. */
export type KindOf = (type: KnownType) => ReadKind;

/** What all values of a pass have in common. */
export interface ReadingContext {
  readonly python: Python;
  readonly types: Types;
  readonly limits: ValueLimits;
  readonly secrets: Secrets;
  readonly kindOf: KindOf;
  /** Remembers the object at a pointer as secret, and what it holds. */
  readonly rememberSecret: (pointer: number, reading: Reading) => void;
  /** Objects that have nothing inside: None, numbers, text, functions are met again and again. */
  readonly leaves: Map<number, Tree>;
}

/** Objects inside each other, whatever depth is asked for: some (an enumeration's value) are no level of their own. */
const NESTING_LIMIT = 300;

/** Characters of a value with all that it holds: so many, ... */
const WHOLE_VALUE = 1000;
/** ... or so many times as its longest text may have. */
const TIMES_AS_LONG = 5;

/** Characters that a value may have as it is written. */
export function lengthOfValue({ maxString }: Pick<ValueLimits, 'maxString'>): number {
  return Math.max(WHOLE_VALUE, TIMES_AS_LONG * maxString);
}

export const REDACTED: Tree = { kind: 'redacted' };
export const UNBOUND: Tree = { kind: 'unbound' };
const NULL: Tree = { kind: 'null' };
const CUT: Tree = { kind: 'cut' };

/** One value being read, then the next. */
export class Reading {
  readonly python: Python;
  readonly memory: MemoryReader;
  readonly layout: Layout;
  readonly types: Types;
  readonly limits: ValueLimits;
  readonly secrets: Secrets;
  readonly spelling: Spelling;
  /** Why something in it could not be read: the first reason. */
  problem: string | null = null;
  /** Objects that may still be looked at. */
  left = 0;
  readonly #context: ReadingContext;
  /** Containers that are being read, outermost first: meeting one again ends there. */
  readonly #open = new Set<Address>();
  /** Characters of the value that are there already, about. */
  #characters = 0;
  #instances = 0;
  #nesting = 0;
  /** Counts whatever makes a tree depend on more than its object: others inside, depth. */
  #inside = 0;

  constructor(context: ReadingContext) {
    this.#context = context;
    this.python = context.python;
    this.memory = context.python.memory;
    this.layout = context.python.layout;
    this.types = context.types;
    this.limits = context.limits;
    this.secrets = context.secrets;
    this.spelling = spellingOf(this.layout);
  }

  /** A value from its beginning, for which so many objects may be looked at. What was noted of the one before is gone. */
  whole(pointer: number, objects: number): Tree {
    this.left = objects;
    this.#characters = 0;
    this.problem = null;
    return this.read(pointer, this.limits.depth);
  }

  /** The object that a pointer in memory leads to, whatever it leads to. */
  read(pointer: number, depth: number): Tree {
    if (--this.left < 0 || this.#nesting > NESTING_LIMIT) return CUT;
    const leaf = this.#context.leaves.get(pointer);
    if (leaf) {
      this.#characters += lengthOf(leaf);
      return leaf;
    }
    const { problem } = this;
    const inside = ++this.#inside;
    this.#nesting++;
    let type: KnownType | null = null;
    try {
      if (pointer === 0) return NULL;
      if (!isUserSpace(pointer)) throw new CorruptData('no user-space address');
      const address = pointer as Address;
      type = this.types.of(address);
      const object = { address, type };
      const tree = this.secrets.within(pointer, () => this.#context.kindOf(object.type)(object, this, depth));
      this.#characters += lengthOf(tree);
      if (inside !== this.#inside) this.secrets.note(tree, pointer);
      else if (this.problem === problem && !type.isClass) this.#context.leaves.set(pointer, tree);
      return tree;
    } catch (error) {
      const reason = reasonOf(error);
      this.problem = problem ?? this.problem ?? reason;
      return { kind: 'unreadable', address: pointer, type: type?.name ?? null, reason };
    } finally {
      this.#nesting--;
    }
  }

  /** The value that stands under a name: withheld if the name says that it is secret, and remembered as such. */
  named(name: string | null, pointer: number, depth: number): Tree {
    if (name === null || !this.secrets.isName(name)) return this.read(pointer, depth);
    this.#context.rememberSecret(pointer, this);
    return REDACTED;
  }

  /** Notes why a part of what is read is missing, where the rest tells something by itself. Throws what is no failure of memory. */
  lacks(error: unknown): void {
    this.problem ??= reasonOf(error);
  }

  /** Whether so much of the value is there that nothing more of it is read. */
  get isFull(): boolean {
    // One more text finds room, and what closes what is open.
    const most = lengthOfValue(this.limits);
    return this.#characters >= most - Math.min(most / TIMES_AS_LONG, this.limits.maxString) - 3 * MARK;
  }

  /** Counts what was read in another way. */
  count(tree: Tree): void {
    this.#characters += lengthOf(tree);
  }

  /** The name that a container of a subclass goes by: its own, or that of what C code made. */
  containerName(type: KnownType, builtin: string): string {
    return this.spelling.containerNames === 'own' ? type.shortName : builtin;
  }

  /**
   * Whether a container is to be looked into: not if that is being done already, or if it lies too deep. `look` gets the
   * depth for what is inside.
   */
  inside<T>(
    { address }: Pick<ObjectInHand, 'address'>,
    depth: number,
    empty: T,
    look: (depth: number) => T,
  ): [T, Shown] {
    this.#inside++;
    if (this.#open.has(address)) return [empty, 'again'];
    if (depth <= 0) return [empty, 'too-deep'];
    this.#open.add(address);
    try {
      return [look(depth - 1), 'inside'];
    } finally {
      this.#open.delete(address);
    }
  }

  /** Calls `look` for an instance that is not inside another one; attributes are read one level deep. Else null. */
  instance<T>(look: () => T): T | null {
    this.#inside++;
    if (this.#instances > 0) return null;
    this.#instances++;
    try {
      return look();
    } finally {
      this.#instances--;
    }
  }

  /** Notes that what is read depends on how deep it lies. */
  tooDeep(): void {
    this.#inside++;
  }

  /** The first `limits.maxItems` of an array of `count` pointers. */
  elements(start: Address, count: number, depth: number): Tree[] {
    // All of it is there, or nothing is read of it.
    return this.all(this.pointers(start, Math.min(count, this.limits.maxItems)), depth);
  }

  /** The objects at all of `pointers`, until the value is full. */
  all(pointers: readonly number[], depth: number): Tree[] {
    const trees: Tree[] = [];
    for (const pointer of pointers) {
      if (this.isFull) break;
      trees.push(this.read(pointer, depth));
    }
    return trees;
  }

  pointers(start: Address, count: number): number[] {
    const pointers: number[] = [];
    if (count <= 0) return pointers;
    const view = this.memory.read(start, 8 * count);
    for (let i = 0; i < count; i++) pointers.push(pointerAt(view, 8 * i));
    return pointers;
  }

  /** Keys and values of dict items. */
  entries(items: readonly DictItem[], depth: number): [key: Tree, value: Tree][] {
    const entries: [Tree, Tree][] = [];
    for (const { key, value } of items) {
      if (this.isFull) break;
      const shown = this.read(key, depth);
      const name = shown.kind === 'bytes' ? Buffer.from(shown.bytes).toString('latin1') : this.#nameOf(key);
      entries.push([shown, this.named(name, value, depth)]);
    }
    return entries;
  }

  /** Attributes by name; one whose name is no text has that as its key. */
  fields(items: readonly DictItem[], depth: number): Field[] {
    const fields: Field[] = [];
    for (const { key, value } of items) {
      if (this.isFull) break;
      const name = this.#nameOf(key);
      if (name !== null) fields.push(this.field(name, value, depth));
      else fields.push({ name, key: this.read(key, depth), value: this.read(value, depth) });
    }
    return fields;
  }

  /** Values with the names that `nameOf` tells, until the value is full. */
  fieldsOf(values: readonly number[], nameOf: (index: number) => string | null, depth: number): Field[] {
    const fields: Field[] = [];
    for (const [i, value] of values.entries()) {
      if (this.isFull) break;
      fields.push(this.field(nameOf(i), value, depth));
    }
    return fields;
  }

  /** A named value, whose name counts among what is shown. */
  field(name: string | null, value: number, depth: number): Field {
    this.#characters += name?.length ?? 0;
    return { name, value: this.named(name, value, depth) };
  }

  /** A key that is text; null if it is something else, or damaged (which reading it tells). */
  #nameOf(key: number): string | null {
    try {
      return this.types.text(key);
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  /** The object at a pointer, whose type can be told. Throws what reading it throws. */
  at(pointer: number): ObjectInHand {
    const address = toAddress(pointer);
    return { address, type: this.types.of(address) };
  }

  /** An object by the `tp_name` of its type and its place. Throws what reading it throws. */
  place(pointer: number): Place {
    const { address, type } = this.at(pointer);
    return { type: type.tp_name, address };
  }

  /** The pointer in a member of an object. */
  pointer(object: Address, offset: number): number {
    return this.python.pointer(object, offset);
  }

  /** The object that a member of an object points to. Throws InvalidAddress where that is none. */
  link(object: Address, offset: number): Address {
    return toAddress(this.pointer(object, offset));
  }

  /** A Py_ssize_t that counts something. */
  size(object: Address, offset: number): number {
    const size = this.python.ssize(object, offset);
    if (size < 0) throw new CorruptData(`its size is ${size}`);
    return size;
  }

  /** `ob_size`. */
  length(object: Address): number {
    return this.size(object, this.layout.PyVarObject.ob_size);
  }

  /** A `str` that is a name: of a function, a module, a type. */
  name(pointer: number): string {
    const text = this.types.text(pointer);
    if (text === null) throw new CorruptData(`its name, at ${formatAddress(pointer)}, is no text`);
    return text;
  }
}

/** What tells that a text was cut, and how long it is. */
const MARK = 24;

/** About how many characters an object takes beside those inside it. */
function lengthOf(tree: Tree): number {
  switch (tree.kind) {
    case 'str':
      return tree.text.length + (tree.omitted === 0 ? 4 : MARK);
    case 'bytes':
    case 'bytearray':
      return tree.bytes.length + (tree.omitted === 0 ? 4 : MARK);
    case 'cut-int':
      return tree.leading.length + MARK;
    case 'decimal':
      return tree.text.length + 11;
    case 'instance':
    case 'opaque':
      return tree.type.length + 20;
    case 'function':
    case 'builtin':
    case 'generator':
    case 'code':
      return tree.name.length + 30;
    case 'constant':
    case 'bool':
    case 'redacted':
    case 'cut':
      return 4;
    case 'int':
      return tree.value > -10_000n && tree.value < 10_000n ? 5 : tree.value.toString(16).length * 1.25;
    case 'float':
    case 'complex':
    case 'long-float':
      return 8;
    case 'type-name':
    case 'class':
    case 'global-name':
      return tree.name.length + 2;
    case 'enum-member':
      return tree.type.length + (tree.name?.length ?? 0) + 6;
    case 'subclass':
    case 'record':
    case 'set':
    case 'deque':
      return tree.name.length + 4;
    case 'ndarray':
      return tree.type.length + tree.dtype.length + 50;
    case 'date':
    case 'time':
    case 'timedelta':
    case 'moment':
    case 'timestamp':
    case 'long-timedelta':
      return 32;
    case 'datetime':
    case 'uuid':
      return 48;
    default:
      return 4;
  }
}
