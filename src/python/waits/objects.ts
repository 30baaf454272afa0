/**
 * What is the object at this address, as far as it takes to tell locks apart and to say how a program reaches them? Its
 * type's name, its attributes by name. Whatever cannot be read is null: a slot may hold anything.
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { pointerAt, readCString, readPointer, readSsize } from '../../memory/reader.js';
import { readDict, readSplitItems } from '../dict.js';
import type { Layout } from '../layouts/layout.js';
import { NamedAttributes } from '../named-attributes.js';
import { locateAttributes, readSmallInt, readTypeFacts, readTypeOf, type TypeFacts } from '../objects.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { readUnicode } from '../text.js';
import { TypeNames } from '../type-names.js';

/** Names longer than this are no attribute that is looked for. */
const NAME_LIMIT = 200;
/** Items of a dict that are looked through for a lock; a module has a few hundred. */
const ITEM_LIMIT = 2000;
/** Classes in a line of inheritance. */
const LINE_LIMIT = 50;
/** Bytes of an object that are looked through for a lock inside it. */
const INNER_LIMIT = 512;
const TYPE_NAME = /^[\w.<>, ]+$/;

/** A named thing of an object or a scope. */
export interface Named {
  readonly name: string;
  readonly value: number;
}

/** Objects of one memory that does not change meanwhile, or for one quick look at it. */
export class Objects {
  readonly #types: TypeNames;
  readonly #named: NamedAttributes;
  readonly #texts = new Map<number, string | null>();
  readonly #typeNames = new Map<number, string | null>();
  readonly #facts = new Map<number, TypeFacts | null>();
  readonly #dicts = new Map<number, readonly Named[]>();
  readonly #lines = new Map<number, readonly number[]>();
  readonly #slots = new Map<number, readonly Named[]>();
  readonly #attributes = new Map<number, Map<string, number>>();

  readonly memory: MemoryReader;
  readonly layout: Layout;

  constructor(readonly python: Python) {
    this.memory = python.memory;
    this.layout = python.layout;
    this.#types = python.the(TypeNames);
    this.#named = new NamedAttributes(python, (key) => this.text(key));
  }

  /** The pointer at `offset` of what lies at `address`; 0: it is none, or cannot be read. */
  pointer(address: number, offset = 0): number {
    return this.attempt(() => readPointer(this.memory, offsetBy(toAddress(address), offset))) ?? 0;
  }

  /** `tp_name` of the type of the object there; null: there is none. */
  typeName(object: number): string | null {
    if (!isUserSpace(object) || object % 8 !== 0) return null;
    const type = this.pointer(object, this.layout.PyObject.ob_type);
    let name = this.#typeNames.get(type);
    if (name === undefined) {
      name = isUserSpace(type) ? this.attempt(() => this.#types.ofType(type)) : null;
      if (name !== null && !TYPE_NAME.test(name)) name = null;
      this.#typeNames.set(type, name);
    }
    return name;
  }

  /** The name of a class as the program has it, without its module; null: there is none. */
  shortTypeName(object: number): string | null {
    const name = this.typeName(object);
    if (name === 'instance' && this.layout.python2) {
      const { PyInstanceObject, PyClassObject } = this.layout.python2;
      return this.text(this.pointer(this.pointer(object, PyInstanceObject.in_class), PyClassObject.cl_name));
    }
    return name === null ? null : name.slice(name.lastIndexOf('.') + 1);
  }

  /** `tp_name` of its class and of all that derives from, nearest first. */
  typeLine(object: number): string[] {
    const facts = this.factsOf(object);
    return (facts ? this.#line(facts.address) : []).flatMap(
      (type) => this.attempt(() => this.#types.ofType(type)) ?? [],
    );
  }

  /** What its instances need of a type; null: it cannot be read. */
  factsOf(object: number): TypeFacts | null {
    const type = this.attempt(() => readTypeOf(this.python, toAddress(object)));
    if (type === null) return null;
    let facts = this.#facts.get(type);
    if (facts === undefined) {
      facts = this.attempt(() => readTypeFacts(this.python, type));
      this.#facts.set(type, facts);
    }
    return facts;
  }

  /** What a `str` says that is short enough for a name; null: it is none. */
  text(pointer: number): string | null {
    let text = this.#texts.get(pointer);
    if (text === undefined) {
      text = this.typeName(pointer) === 'str' ? this.#readText(pointer) : null;
      this.#texts.set(pointer, text);
    }
    return text;
  }

  /** What an `int` is; null: it is none, or a large one. */
  int(pointer: number): number | null {
    const type = this.typeName(pointer);
    if (type !== 'int' && type !== 'bool' && type !== 'long') return null;
    return this.attempt(() => readSmallInt(this.python, toAddress(pointer)));
  }

  /** How many items a sized object has (list, tuple, bytes, dict, set's own elsewhere); null: not known. */
  size(pointer: number): number | null {
    switch (this.typeName(pointer)) {
      case 'list':
      case 'tuple':
        return this.attempt(() =>
          readSsize(this.memory, offsetBy(toAddress(pointer), this.layout.PyVarObject.ob_size)),
        );
      case 'collections.deque': {
        const at = this.layout.objects.dequeobject.len ?? this.layout.PyVarObject.ob_size;
        return this.attempt(() => readSsize(this.memory, offsetBy(toAddress(pointer), at)));
      }
      case 'dict':
        return this.attempt(() =>
          readSsize(this.memory, offsetBy(toAddress(pointer), this.layout.PyDictObject.ma_used)),
        );
      default:
        return null;
    }
  }

  /** The value of an attribute: of the instance itself, of its slots, then of its classes; 0: it has none. */
  attribute(object: number, name: string): number {
    const own = this.ownAttribute(object, name);
    if (own !== 0) return own;
    for (const { name: slot, value } of this.slots(object)) if (slot === name && value !== 0) return value;
    for (const { name: inClass, value } of this.classAttributes(object)) if (inClass === name) return value;
    return 0;
  }

  /** As {@link attribute}, in the instance's `__dict__` only. */
  ownAttribute(object: number, name: string): number {
    let attributes = this.#attributes.get(object);
    if (!attributes) {
      attributes = new Map();
      this.#attributes.set(object, attributes);
    }
    let value = attributes.get(name);
    if (value === undefined) {
      value = this.#readOwnAttribute(object, name);
      attributes.set(name, value);
    }
    return value;
  }

  #readOwnAttribute(object: number, name: string): number {
    if (this.typeName(object) === null) return 0;
    const dict = this.#instanceDict(object);
    if (dict !== 0) return this.items(dict).find((item) => item.name === name)?.value ?? 0;
    const facts = this.factsOf(object);
    if (!facts || !hasAttributes(facts)) return 0;
    return this.attempt(() => this.#named.read(toAddress(object), facts, name)) ?? 0;
  }

  /** All that is in its `__dict__` under a name. */
  ownAttributes(object: number): readonly Named[] {
    if (this.typeName(object) === null) return [];
    const dict = this.#instanceDict(object);
    if (dict !== 0) return this.items(dict);
    const facts = this.factsOf(object);
    if (!facts || !hasAttributes(facts)) return [];
    const at = this.attempt(() => locateAttributes(this.python, toAddress(object), facts));
    if (at?.kind === 'dict') return this.items(at.dict);
    if (at?.kind !== 'split') return [];
    const { keys, values } = at;
    const items = this.attempt(() => readSplitItems(this.python, keys, values, ITEM_LIMIT).items);
    return this.#namedItems(items ?? []);
  }

  /** What is in its `__slots__`. */
  slots(object: number): Named[] {
    const facts = this.factsOf(object);
    if (!facts) return [];
    return this.#slotOffsets(facts.address).map(({ name, value }) => ({ name, value: this.pointer(object, value) }));
  }

  /** What its classes have, nearest first. Not of the interpreter's own types. */
  *classAttributes(object: number): Generator<Named> {
    if (this.typeName(object) === 'instance' && this.layout.python2) {
      const { PyInstanceObject, PyClassObject } = this.layout.python2;
      yield* this.items(this.pointer(this.pointer(object, PyInstanceObject.in_class), PyClassObject.cl_dict));
      return;
    }
    const facts = this.factsOf(object);
    if (!facts) return;
    for (const type of this.#line(facts.address)) yield* this.#body(type);
  }

  /** The items of a dict whose keys are names; [] of what is none. Read once. */
  items(dict: number): readonly Named[] {
    let items = this.#dicts.get(dict);
    if (!items) {
      const name = this.typeName(dict);
      const read =
        name === 'dict' || name === 'collections.OrderedDict' || name === 'collections.defaultdict'
          ? this.attempt(() => readDict(this.python, toAddress(dict), ITEM_LIMIT).items)
          : null;
      items = this.#namedItems(read ?? []);
      this.#dicts.set(dict, items);
    }
    return items;
  }

  /** The first items of a list or tuple; [] of what is none. */
  elements(sequence: number, most: number): number[] {
    const name = this.typeName(sequence);
    if (name !== 'list' && name !== 'tuple') return [];
    const count = Math.min(this.size(sequence) ?? 0, most);
    const { PyTupleObject, objects } = this.layout;
    const start =
      name === 'tuple' ? sequence + PyTupleObject.ob_item : this.pointer(sequence, objects.PyListObject.ob_item);
    if (count <= 0) return [];
    return this.words(start, count);
  }

  /** The first items of a deque; [] of what is none, or cannot be read. */
  dequeItems(deque: number, most: number): number[] {
    if (this.typeName(deque) !== 'collections.deque') return [];
    const { dequeobject, parts } = this.layout.objects;
    const { data, rightlink, BLOCKLEN } = parts.BLOCK;
    return (
      this.attempt(() => {
        const at = (offset: number) => readSsize(this.memory, offsetBy(toAddress(deque), offset));
        const wanted = Math.min(at(dequeobject.len ?? this.layout.PyVarObject.ob_size), most);
        let [block, index] = [this.pointer(deque, dequeobject.leftblock), at(dequeobject.leftindex)];
        const items: number[] = [];
        while (items.length < wanted && index >= 0 && index < BLOCKLEN && block !== 0) {
          const found = this.words(block + data + 8 * index, Math.min(BLOCKLEN - index, wanted - items.length));
          if (found.length === 0) break;
          items.push(...found);
          block = this.pointer(block, rightlink);
          index = 0;
        }
        return items;
      }) ?? []
    );
  }

  /** What is in a set, in no order; [] of what is none, cannot be read or has more than `most` places. */
  setItems(set: number, most: number): number[] {
    if (this.typeName(set) !== 'set') return [];
    const { mask, table } = this.layout.objects.PySetObject;
    const { sizeof, key, hash } = this.layout.objects.parts.setentry;
    return (
      this.attempt(() => {
        const places = readSsize(this.memory, offsetBy(toAddress(set), mask)) + 1;
        if (places < 1 || places > most || !Number.isInteger(Math.log2(places))) return [];
        const view = this.memory.read(toAddress(this.pointer(set, table)), places * sizeof);
        const items: number[] = [];
        for (let at = 0; at < view.byteLength; at += sizeof) {
          // A removed entry has hash -1, which no object has.
          if (view.getBigInt64(at + hash, true) !== -1n) items.push(pointerAt(view, at + key));
        }
        return items.filter((item) => item !== 0);
      }) ?? []
    );
  }

  /** What a `float` is; null: it is none. */
  float(object: number): number | null {
    if (this.typeName(object) !== 'float') return null;
    return this.attempt(() =>
      this.memory.read(offsetBy(toAddress(object), this.layout.objects.PyFloatObject.ob_fval), 8).getFloat64(0, true),
    );
  }

  /** `count` pointers from `start`; [] where they cannot be read. */
  words(start: number, count: number): number[] {
    const words: number[] = [];
    const view = count > 0 ? this.attempt(() => this.memory.read(toAddress(start), 8 * count)) : null;
    if (view) for (let i = 0; i < count; i++) words.push(pointerAt(view, 8 * i));
    return words;
  }

  /** The words of the object behind its header, as far as locks inside it are looked for. */
  innerWords(object: number): readonly number[] {
    const { sizeof } = this.layout.PyObject;
    const size = Math.min(this.factsOf(object)?.basicsize ?? 0, INNER_LIMIT);
    return this.words(object + sizeof, Math.max(Math.floor((size - sizeof) / 8), 0));
  }

  /** How a function, or what a method is bound to, is called; null: it is none, or has no name. */
  functionName(callable: number): string | null {
    const { PyMethodObject, PyFunctionObject } = this.layout.objects;
    switch (this.typeName(callable)) {
      case 'method':
      case 'instancemethod':
        return this.functionName(this.pointer(callable, PyMethodObject.im_func));
      case 'function':
        return this.text(this.pointer(callable, PyFunctionObject.func_name));
      default:
        return null;
    }
  }

  /** What `read` gives; null where the memory does not hold it, or holds something else. */
  attempt<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  #readText(pointer: number): string | null {
    const read = this.attempt(() => readUnicode(this.python, toAddress(pointer), NAME_LIMIT));
    return read === null || read.truncated ? null : read.text;
  }

  #namedItems(items: readonly { readonly key: number; readonly value: number }[]): Named[] {
    return items.flatMap(({ key, value }) => {
      const name = this.text(key);
      return name === null ? [] : [{ name, value }];
    });
  }

  /** Of an instance of a class that does not derive from `object` (Python 2), the dict; else 0. */
  #instanceDict(object: number): number {
    if (!this.layout.python2 || this.typeName(object) !== 'instance') return 0;
    return this.pointer(object, this.layout.python2.PyInstanceObject.in_dict);
  }

  #line(type: number): readonly number[] {
    let line = this.#lines.get(type);
    if (!line) {
      line = this.elements(this.pointer(type, this.layout.PyTypeObject.tp_mro), LINE_LIMIT);
      this.#lines.set(type, line);
    }
    return line;
  }

  #body(type: number): readonly Named[] {
    return this.items(this.pointer(type, this.layout.PyTypeObject.tp_dict));
  }

  /** By name the offsets of an instance's slots. */
  #slotOffsets(type: number): readonly Named[] {
    let slots = this.#slots.get(type);
    if (!slots) {
      slots = this.#line(type).flatMap((each) =>
        this.#body(each).flatMap(({ name, value }) => {
          const offset = this.typeName(value) === 'member_descriptor' ? this.#slotOffset(value) : null;
          return offset === null ? [] : [{ name, value: offset }];
        }),
      );
      this.#slots.set(type, slots);
    }
    return slots;
  }

  #slotOffset(descriptor: number): number | null {
    const { PyMemberDescrObject, parts } = this.layout.objects;
    const { type, offset, T_OBJECT_EX } = parts.PyMemberDef;
    return this.attempt(() => {
      const member = toAddress(this.pointer(descriptor, PyMemberDescrObject.d_member));
      if (this.memory.read(offsetBy(member, type), 4).getInt32(0, true) !== T_OBJECT_EX) return null;
      const at = readSsize(this.memory, offsetBy(member, offset));
      return at > 0 && at < 2 ** 20 ? at : null;
    });
  }

  /** The NUL-terminated text at `address`; null: there is none. */
  cString(address: number, limit = NAME_LIMIT): string | null {
    return this.attempt(() => readCString(this.memory, toAddress(address) as Address, limit));
  }
}

/** Py_TPFLAGS_HEAPTYPE: the interpreter's own types have no attributes that lead to locks. */
const HEAPTYPE = 1 << 9;

function hasAttributes({ flags, dictoffset }: TypeFacts): boolean {
  return (flags & HEAPTYPE) !== 0 || dictoffset !== 0;
}
