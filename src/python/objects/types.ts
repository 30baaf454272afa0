/**
 * What is known of a type? Its name, who made it (the interpreter, an extension, a class statement), what it inherits
 * from, and what its class body holds. Each is read once a pass, and checked: a pointer that leads to something else than
 * a type is damage, and is told as such.
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readCString, ssizeAt } from '../../memory/reader.js';
import { readDict, readSplitKeys } from '../dict.js';
import { NamedAttributes } from '../named-attributes.js';
import { readTypeFacts, type TypeFacts } from '../objects.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { readWideCharacters } from '../python2-text.js';
import { decodeCharacters, readUnicode } from '../text.js';

/** The same bits in all versions. https://github.com/python/cpython/blob/v3.12.1/Include/object.h (Py_TPFLAGS_…) */
const HEAPTYPE = 2 ** 9;
const READY = 2 ** 12;
const BASE_EXC_SUBCLASS = 2 ** 30;
const TYPE_SUBCLASS = 2 ** 31;

const NAME_LIMIT = 4096;
const MRO_LIMIT = 200;
/** Names of a class body that are looked at. */
const BODY_LIMIT = 2000;
/** Beyond this nothing is an object's size. */
const BASICSIZE_LIMIT = 2 ** 24;

export interface KnownType {
  readonly address: Address;
  /** With its module, unless that is `builtins`. */
  readonly name: string;
  /** `__qualname__`. */
  readonly qualname: string;
  /** `__name__`. */
  readonly shortName: string;
  /** As C sees it. */
  readonly tp_name: string;
  /** Made by a class statement (or `type()`): not by C code of the interpreter or an extension. */
  readonly isClass: boolean;
  readonly isException: boolean;
  /** Its instances are types. */
  readonly isMeta: boolean;
  readonly facts: TypeFacts;
  readonly tp_repr: number;
  readonly tp_dict: number;
  readonly tp_mro: number;
  readonly base: KnownType | null;
  /** Address of its type. */
  readonly metatype: Address;
}

/** The types met in one pass over one memory. */
export class Types {
  readonly #python: Python;
  /** null: being read. */
  readonly #known = new Map<number, KnownType | CorruptData | null>();
  readonly #bodies = new Map<KnownType, ReadonlyMap<string, number>>();
  readonly #lines = new Map<KnownType, readonly KnownType[]>();
  readonly #texts = new Map<number, string | null>();
  readonly #sharedKeys = new Map<Address, readonly number[]>();
  /** Attributes of instances, by name. */
  readonly named: NamedAttributes;

  constructor(python: Python) {
    this.#python = python;
    this.named = new NamedAttributes(python, (key) => this.text(key));
  }

  /** The keys that instances share, as pointers, in the order of their values. Read once. Throws as {@link of}. */
  sharedKeys(keys: Address): readonly number[] {
    let shared = this.#sharedKeys.get(keys);
    if (!shared) {
      shared = readSplitKeys(this.#python, keys);
      this.#sharedKeys.set(keys, shared);
    }
    return shared;
  }

  /** The type of the object at `object`. Throws MemoryFault, InvalidAddress, CorruptData. */
  of(object: Address): KnownType {
    return this.at(this.#python.pointer(object, this.#python.layout.PyObject.ob_type));
  }

  /** The type of what may be no object; null: it is none. */
  maybeOf(pointer: number): KnownType | null {
    try {
      return isUserSpace(pointer) ? this.of(pointer as Address) : null;
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  /** The type at `pointer`. Throws as {@link of}. */
  at(pointer: number, depth = 0): KnownType {
    const known = this.#known.get(pointer);
    if (known instanceof CorruptData) throw known;
    if (known) return known;
    // A type that needs itself to be read is none.
    if (known === null) throw notAType(pointer);
    this.#known.set(pointer, null);
    try {
      const type = this.#read(pointer, depth);
      this.#known.set(pointer, type);
      return type;
    } catch (error) {
      if (error instanceof CorruptData) this.#known.set(pointer, error);
      else this.#known.delete(pointer);
      throw error;
    }
  }

  /** What a class body assigned, by name; empty for types that C code made. Throws as {@link of}. */
  body(type: KnownType): ReadonlyMap<string, number> {
    let body = this.#bodies.get(type);
    if (!body) {
      body = type.isClass ? this.#readBody(type.tp_dict) : new Map();
      this.#bodies.set(type, body);
    }
    return body;
  }

  /** What is in the dict of a type that C code made, by name. Throws as {@link of}. */
  dict(type: KnownType): ReadonlyMap<string, number> {
    return type.tp_dict === 0 ? new Map() : this.#readBody(type.tp_dict);
  }

  /** `__mro__`: the type itself first. Throws as {@link of}. */
  line(type: KnownType): readonly KnownType[] {
    let line = this.#lines.get(type);
    if (!line) {
      line = this.#readLine(type);
      this.#lines.set(type, line);
    }
    return line;
  }

  /** What the nearest class of `__mro__` assigned to `name`, or null. */
  attribute(type: KnownType, name: string): number | null {
    for (const each of this.line(type)) {
      const value = this.body(each).get(name);
      if (value !== undefined) return value;
    }
    return null;
  }

  /** The text of a `str` (or a subclass of it) that serves as a name; null for any other object. Read once. */
  text(pointer: number): string | null {
    let text = this.#texts.get(pointer);
    if (text === undefined) {
      text = isUserSpace(pointer) ? this.#readText(pointer as Address) : null;
      this.#texts.set(pointer, text);
    }
    return text;
  }

  #readText(address: Address): string | null {
    for (let type: KnownType | null = this.of(address); type; type = type.base) {
      if (!type.isClass && type.tp_name === 'str') {
        return readUnicode(this.#python, address, NAME_LIMIT).text;
      }
      if (this.#python.layout.python2 && !type.isClass && type.tp_name === 'unicode') {
        const { view, kind } = readWideCharacters(this.#python, address, NAME_LIMIT);
        return decodeCharacters(view, kind);
      }
    }
    return null;
  }

  #read(pointer: number, depth: number): KnownType {
    if (!isUserSpace(pointer) || pointer % 8 !== 0) throw notAType(pointer);
    if (depth > MRO_LIMIT) throw new CorruptData(`the type at ${formatAddress(pointer)} has too many bases`);
    const address = pointer as Address;
    const fields = this.#python.layout.PyTypeObject;
    const view = this.#python.memory.read(address, fields.sizeof);
    const flags = view.getUint32(fields.tp_flags, true);
    const metatype = pointerAt(view, this.#python.layout.PyObject.ob_type);
    const tp_namePointer = pointerAt(view, fields.tp_name);
    const tp_repr = pointerAt(view, fields.tp_repr);
    const tp_dict = pointerAt(view, fields.tp_dict);
    const tp_mro = pointerAt(view, fields.tp_mro);
    const basePointer = pointerAt(view, fields.tp_base);
    const basicsize = ssizeAt(view, fields.tp_basicsize);
    // Some of Python 2's extensions leave it to whoever uses a type first.
    const isReady = has(flags, READY) || (this.#python.layout.python2 !== undefined && !has(flags, HEAPTYPE));
    if (!isReady || basicsize < this.#python.layout.PyObject.sizeof || basicsize > BASICSIZE_LIMIT) {
      throw notAType(pointer);
    }
    const meta = this.#python.memory.read(offsetBy(toAddress(metatype), fields.tp_flags), 4).getUint32(0, true);
    if (!has(meta, READY) || !has(meta, TYPE_SUBCLASS)) throw notAType(pointer);
    const tp_name = readCString(this.#python.memory, toAddress(tp_namePointer), NAME_LIMIT);
    const heap = has(flags, HEAPTYPE);
    const ht_name = heap ? this.#plainText(address, fields.ht_name) : tp_name;
    // C code names its types with their module and keeps that as tp_name; a class statement sets both to the same.
    const isClass = heap && ht_name === tp_name;
    const qualname = heap ? this.#plainText(address, fields.ht_qualname ?? fields.ht_name) : lastPart(tp_name);
    const base = basePointer === 0 ? null : this.at(basePointer, depth + 1);
    const module = isClass ? this.#moduleOf(tp_dict) : null;
    return {
      address,
      name: isClass
        ? module === null || module === 'builtins' || module === '__builtin__'
          ? qualname
          : `${module}.${qualname}`
        : tp_name,
      qualname,
      shortName: heap ? ht_name : lastPart(tp_name),
      tp_name,
      isClass,
      isException: has(flags, BASE_EXC_SUBCLASS),
      isMeta: has(flags, TYPE_SUBCLASS),
      facts: readTypeFacts(this.#python, address),
      tp_repr,
      tp_dict,
      tp_mro,
      base,
      metatype: toAddress(metatype),
    };
  }

  /** The text a member of a type points to. No check of its type: that would need the type `str` to be known. */
  #plainText(type: Address, offset: number): string {
    const pointer = toAddress(this.#python.pointer(type, offset));
    return readUnicode(this.#python, pointer, NAME_LIMIT).text;
  }

  #moduleOf(tp_dict: number): string | null {
    const value = this.#readBody(tp_dict, '__module__').get('__module__');
    return value === undefined ? null : this.text(value);
  }

  /** The names of a class body; only up to the one that is looked for, if any. */
  #readBody(tp_dict: number, until?: string): Map<string, number> {
    const body = new Map<string, number>();
    for (const { key, value } of readDict(this.#python, toAddress(tp_dict), BODY_LIMIT).items) {
      const name = this.text(key);
      if (name !== null) body.set(name, value);
      if (name === until) break;
    }
    return body;
  }

  #readLine(type: KnownType): KnownType[] {
    const tuple = toAddress(type.tp_mro);
    const count = this.#python.ssize(tuple, this.#python.layout.PyVarObject.ob_size);
    if (count < 1 || count > MRO_LIMIT) throw new CorruptData(`${type.name} has ${count} bases`);
    const view = this.#python.memory.read(offsetBy(tuple, this.#python.layout.PyTupleObject.ob_item), 8 * count);
    return Array.from({ length: count }, (_, i) => pointerAt(view, 8 * i)).map((pointer) => this.at(pointer));
  }
}

/** The nearest type that C code made: the type itself, or what its class inherits from. */
export function cBaseOf(type: KnownType): KnownType | null {
  let each: KnownType | null = type;
  while (each?.isClass) each = each.base;
  return each;
}

/** Whether objects of the type are built as C's `tp_name` is. */
export function isOfCType(type: KnownType, tp_name: string): boolean {
  return cBaseOf(type)?.tp_name === tp_name;
}

/** Whether a type is that one of C's, or derives from it. */
export function derivesFrom(type: KnownType, tp_name: string): boolean {
  for (let each: KnownType | null = type; each; each = each.base) if (each.tp_name === tp_name) return true;
  return false;
}

function has(flags: number, bit: number): boolean {
  return Math.floor(flags / bit) % 2 === 1;
}

function lastPart(tp_name: string): string {
  return tp_name.slice(tp_name.lastIndexOf('.') + 1);
}

function notAType(pointer: number): CorruptData {
  return new CorruptData(`its type, at ${formatAddress(pointer)}, is no type`);
}
