/**
 * How does an object become text without anything running? Its type's spelling is looked up, and that reads what it
 * needs. Depth, number and length are bounded, so is the sum of the work; what is left out leaves a mark (`…`) and sets
 * `truncated`. An object that cannot be read costs itself only.
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { CorruptData, pointerAt, readPointer, readSsize } from '../../memory/reader.js';
import type { DictItem } from '../dict.js';
import type { Layout } from '../layouts/layout.js';
import { type Spelling, spellingOf } from '../layouts/spelling.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { REDACTED } from './redaction.js';
import type { KnownType, Types } from './types.js';

/** How much of a value is shown; the shape of the options. */
export interface ValueLimits {
  /** Levels of containers. */
  readonly depth: number;
  /** Characters of a string, bytes, digits of a number. */
  readonly maxString: number;
  /** Elements of a container. */
  readonly maxItems: number;
}

export interface ObjectInHand {
  readonly address: Address;
  readonly type: KnownType;
}

/** Writes one kind of object. `depth`: levels of containers that may still be shown, this one included. */
export type Spell = (object: ObjectInHand, repr: Repr, depth: number) => string;

/** Finds the spelling for a type. */
export type SpellOf = (type: KnownType) => Spell;

/** What all values of a pass have in common. */
export interface ReprContext {
  readonly python: Python;
  readonly types: Types;
  readonly limits: ValueLimits;
  readonly isSecret: (name: string) => boolean;
  readonly spellOf: SpellOf;
  /** What was written of objects that have nothing inside: None, numbers, text, functions are met again and again. */
  readonly leaves: Map<number, Leaf>;
}

export interface Leaf {
  readonly text: string;
  readonly truncated: boolean;
}

/** Objects inside each other, whatever depth is asked for: some (an enumeration's value) are no level of their own. */
const NESTING_LIMIT = 300;

/** One value in the making, then the next. */
export class Repr {
  readonly python: Python;
  readonly memory: MemoryReader;
  readonly layout: Layout;
  readonly types: Types;
  readonly limits: ValueLimits;
  readonly spelling: Spelling;
  truncated = false;
  redacted = false;
  /** Why something in it could not be read: the first reason. */
  problem: string | null = null;
  /** Objects that may still be looked at. */
  left = 0;
  readonly #context: ReprContext;
  /** Containers that are being written, outermost first: meeting one again ends there. */
  readonly #open = new Set<Address>();
  #instances = 0;
  #nesting = 0;
  /** Counts whatever makes a text depend on more than its object: others inside, depth. */
  #inside = 0;

  constructor(context: ReprContext) {
    this.#context = context;
    this.python = context.python;
    this.memory = context.python.memory;
    this.layout = context.python.layout;
    this.types = context.types;
    this.limits = context.limits;
    this.spelling = spellingOf(this.layout);
  }

  /** A value from its beginning, for which so many objects may be looked at. What was noted of the one before is gone. */
  whole(pointer: number, objects: number): string {
    this.left = objects;
    this.truncated = false;
    this.redacted = false;
    this.problem = null;
    return this.show(pointer, this.limits.depth);
  }

  /** The object that a pointer in memory leads to, whatever it leads to. */
  show(pointer: number, depth: number): string {
    if (--this.left < 0 || this.#nesting > NESTING_LIMIT) return this.cut('…');
    const leaf = this.#context.leaves.get(pointer);
    if (leaf) {
      if (leaf.truncated) this.truncated = true;
      return leaf.text;
    }
    const { problem, truncated } = this;
    const inside = ++this.#inside;
    this.truncated = false;
    this.#nesting++;
    try {
      if (pointer === 0) return '<NULL>';
      if (!isUserSpace(pointer)) throw new CorruptData('no user-space address');
      const address = pointer as Address;
      const type = this.types.of(address);
      const text = this.#context.spellOf(type)({ address, type }, this, depth);
      if (inside === this.#inside && this.problem === problem && !type.isClass) {
        this.#context.leaves.set(pointer, { text, truncated: this.truncated });
      }
      return text;
    } catch (error) {
      const reason = reasonOf(error);
      this.problem = problem ?? this.problem ?? reason;
      return `<invalid object at ${formatAddress(pointer)}: ${reason}>`;
    } finally {
      this.#nesting--;
      this.truncated ||= truncated;
    }
  }

  /** The value that stands under a name: withheld, without being read, if the name says that it is secret. */
  showNamed(name: string | null, pointer: number, depth: number): string {
    return this.isSecret(name) ? REDACTED : this.show(pointer, depth);
  }

  /** Whether a value under that name is to be withheld; notes that one was. */
  isSecret(name: string | null): boolean {
    if (name === null || !this.#context.isSecret(name)) return false;
    this.redacted = true;
    return true;
  }

  /** The name that a container of a subclass goes by: its own, or that of what C code made. */
  containerName(type: KnownType, builtin: string): string {
    return this.spelling.containerNames === 'own' ? type.shortName : builtin;
  }

  /** Notes that something was left out here. */
  cut(mark: string): string {
    this.truncated = true;
    return mark;
  }

  /** What stands for something that lies too deep to be shown whole. */
  tooDeep(mark: string): string {
    this.#inside++;
    return this.cut(mark);
  }

  /** `shown`, and how many more there are. */
  list(shown: readonly string[], total: number): string {
    const more = total - shown.length;
    if (more <= 0) return shown.join(', ');
    const rest = this.cut(shown.length === 0 ? `… (${more} items)` : `… (${more} more)`);
    return [...shown, rest].join(', ');
  }

  /**
   * A container: `again` if it is being written already, with an ellipsis inside if it lies too deep, else as `write`
   * has it, which gets the depth for what is inside.
   */
  container(
    { address }: ObjectInHand,
    depth: number,
    [open, close]: readonly [open: string, close: string],
    again: string,
    write: (depth: number) => string,
  ): string {
    this.#inside++;
    if (this.#open.has(address)) return again;
    if (depth <= 0) return this.cut(`${open}…${close}`);
    this.#open.add(address);
    try {
      return open + write(depth - 1) + close;
    } finally {
      this.#open.delete(address);
    }
  }

  /** Calls `write` for an instance that is not inside another one; attributes are shown one level deep. */
  instance(write: () => string): string {
    this.#inside++;
    if (this.#instances > 0) return this.cut('');
    this.#instances++;
    try {
      return write();
    } finally {
      this.#instances--;
    }
  }

  /** The first `limits.maxItems` of an array of `count` pointers, written. */
  elements(start: Address, count: number, depth: number): string[] {
    const shown: string[] = [];
    // All of it is there, or nothing is shown of it.
    const pointers = this.pointers(start, Math.min(count, this.limits.maxItems));
    for (const pointer of pointers) shown.push(this.show(pointer, depth));
    return shown;
  }

  pointers(start: Address, count: number): number[] {
    const pointers: number[] = [];
    if (count <= 0) return pointers;
    const view = this.memory.read(start, 8 * count);
    for (let i = 0; i < count; i++) pointers.push(pointerAt(view, 8 * i));
    return pointers;
  }

  /** Keys and values of dict items, written. */
  entries(items: readonly DictItem[], depth: number): [key: string, value: string][] {
    return items.map(({ key, value }) => {
      const shown = this.show(key, depth);
      return [shown, this.showNamed(this.#nameOf(key), value, depth)];
    });
  }

  /** `key: value` of dict items. */
  pairs(items: readonly DictItem[], depth: number): string[] {
    const pairs: string[] = [];
    for (const { key, value } of items) {
      const shown = this.show(key, depth);
      pairs.push(`${shown}: ${this.showNamed(this.#nameOf(key), value, depth)}`);
    }
    return pairs;
  }

  /** A key that is text; null if it is something else, or damaged (which showing it tells). */
  #nameOf(key: number): string | null {
    try {
      return this.types.text(key);
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  /** `name=value` of attributes; a name that is no text is written as it is. */
  assignments(items: readonly DictItem[], depth: number): string[] {
    return items.map(({ key, value }) => {
      const name = this.#nameOf(key);
      return `${name ?? this.show(key, depth)}=${this.showNamed(name, value, depth)}`;
    });
  }

  /** The object at a pointer, whose type can be told. Throws what reading it throws. */
  at(pointer: number): ObjectInHand {
    const address = toAddress(pointer);
    return { address, type: this.types.of(address) };
  }

  /** The pointer in a member of an object. */
  pointer(object: Address, offset: number): number {
    return readPointer(this.memory, offsetBy(object, offset));
  }

  /** The object that a member of an object points to. Throws InvalidAddress where that is none. */
  link(object: Address, offset: number): Address {
    return toAddress(this.pointer(object, offset));
  }

  /** A Py_ssize_t that counts something. */
  size(object: Address, offset: number): number {
    const size = readSsize(this.memory, offsetBy(object, offset));
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
