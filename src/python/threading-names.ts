/**
 * What did the program call its threads? `threading` keeps `_active`, a dict of Thread objects by `pthread_self()`; it is
 * found through `sys.modules`, without running anything. Names are a courtesy: whatever fails loses that name only.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, toAddress } from '../memory/address.js';
import { CorruptData } from '../memory/reader.js';
import type { DictItem } from './dict.js';
import { readDict } from './dict.js';
import { ImportedModules } from './imported-modules.js';
import type { Layout } from './layouts/layout.js';
import { NamedAttributes } from './named-attributes.js';
import type { TypeFacts } from './objects.js';
import { readSmallInt, readTypeFacts, readTypeOf } from './objects.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import type { InterpreterWalk } from './runtime.js';
import { readUnicode } from './text.js';
import { TypeNames } from './type-names.js';

export interface ThreadName {
  /** `Thread.name`. */
  name: string;
  /** null: not known. */
  daemon: boolean | null;
  isMain: boolean;
}

export interface ThreadNames {
  /** By `pthread_self()`, as {@link ThreadStateWalk.threadId} has it. */
  names: Map<number, ThreadName>;
  /** Why names are missing, in words. */
  problems: string[];
}

interface Attributes {
  /** Of a Thread. */
  readonly name: string;
  readonly daemonic: string;
  /** How many characters the longest key has that is looked up here: longer ones need not be read. */
  readonly longest: number;
  /** How the main thread is known: `threading` notes it, or its class alone tells. */
  readonly main: '_main_thread' | '_MainThread()';
}

const ATTRIBUTES: Readonly<Record<Layout['threading'], Attributes>> = {
  names: { name: '_name', daemonic: '_daemonic', longest: '_main_thread'.length, main: '_main_thread' },
  'private-names': {
    name: '_Thread__name',
    daemonic: '_Thread__daemonic',
    longest: '_Thread__daemonic'.length,
    main: '_MainThread()',
  },
};

/** The names of the threads of one interpreter; empty when it has not imported `threading`. */
export function readThreadNames(python: Python, interpreter: Pick<InterpreterWalk, 'modules'>): ThreadNames {
  const result: ThreadNames = { names: new Map(), problems: [] };
  try {
    const reader = new NameReader(python);
    const { modules } = interpreter;
    const module = modules && python.the(ImportedModules).named(modules, 'threading');
    if (module) reader.readModule(toAddress(module), result);
  } catch (error) {
    result.problems.push(`the names of threads cannot be read: ${reasonOf(error)}`);
  }
  return result;
}

class NameReader {
  readonly #python: Python;
  readonly #keys = new Map<number, string | null>();
  readonly #facts = new Map<number, TypeFacts>();
  readonly #named: NamedAttributes;
  readonly #bools = new Map<number, boolean | null>();
  readonly #lengthAt: number;
  readonly #attributes: Attributes;

  constructor(python: Python) {
    const { layout } = python;
    this.#python = python;
    this.#named = new NamedAttributes(python, (key) => this.#keyText(key));
    this.#lengthAt = layout.PyUnicodeObject?.length ?? layout.PyVarObject.ob_size;
    this.#attributes = ATTRIBUTES[layout.threading];
  }

  readModule(module: Address, result: ThreadNames): void {
    // PyModuleObject is a PyObject and then md_dict, in all versions; programs do put subclasses of it there.
    const md_dict = toAddress(this.#python.pointer(module, this.#python.layout.PyObject.sizeof));
    if (this.#typeName(md_dict) !== 'dict') throw new CorruptData('sys.modules["threading"] is not a module');
    const globals = readDict(this.#python, md_dict).items;
    const active = this.find(globals, '_active');
    if (!active) throw new CorruptData('threading has no _active');
    const main = this.find(globals, '_main_thread');
    for (const { key, value } of readDict(this.#python, active).items) {
      try {
        this.#readThread(key, value, this.#isMain(value, main), result.names);
      } catch (error) {
        result.problems.push(`the name of the thread at ${formatAddress(value)} cannot be read: ${reasonOf(error)}`);
      }
    }
  }

  #isMain(thread: number, main: Address | null): boolean {
    switch (this.#attributes.main) {
      case '_main_thread':
        return thread === main;
      case '_MainThread()':
        return this.#typeName(toAddress(thread)) === '_MainThread';
    }
  }

  #readThread(key: number, thread: number, isMain: boolean, names: Map<number, ThreadName>): void {
    const number = toAddress(key);
    const ident = this.#typeName(number) === 'int' ? readSmallInt(this.#python, number) : null;
    if (ident === null) throw new CorruptData('its key is no thread ident');
    const object = toAddress(thread);
    const type = readTypeOf(this.#python, object);
    let facts = this.#facts.get(type);
    if (!facts) {
      facts = readTypeFacts(this.#python, type);
      this.#facts.set(type, facts);
    }
    const { name: nameKey, daemonic } = this.#attributes;
    const name = this.#named.read(object, facts, nameKey);
    if (name === null) throw new CorruptData(`it has no ${nameKey}`);
    const daemon = this.#bool(this.#named.read(object, facts, daemonic));
    names.set(ident, { name: this.#text(toAddress(name)), daemon, isMain });
  }

  /** A name may be of a subclass of `str`; what else it may be (a program may set anything) is refused. */
  #text(address: Address): string {
    const type = this.#typeName(address);
    if (type !== 'str') throw new CorruptData(`its name is of type ${type}`);
    const { text, truncated } = readUnicode(this.#python, address);
    return truncated ? `${text}…` : text;
  }

  #bool(pointer: number | null): boolean | null {
    if (pointer === null) return null;
    let daemon = this.#bools.get(pointer);
    if (daemon === undefined) {
      const address = toAddress(pointer);
      daemon = this.#typeName(address) === 'bool' ? readSmallInt(this.#python, address) === 1 : null;
      this.#bools.set(pointer, daemon);
    }
    return daemon;
  }

  /** The value under a `str` key, or null. */
  find(items: readonly DictItem[], name: string): Address | null {
    const found = items.find(({ key }) => this.#hasLength(key, name.length) && this.#keyText(key) === name);
    return found ? toAddress(found.value) : null;
  }

  /** Of most keys their length tells that they are not the one: a word of each, instead of its type and its characters. */
  #hasLength(key: number, length: number): boolean {
    if (!isUserSpace(key)) return false;
    try {
      return this.#python.ssize(key as Address, this.#lengthAt) === length;
    } catch (error) {
      // As with what it says.
      reasonOf(error);
      return false;
    }
  }

  /** What a key says if it is a short `str`. Names of attributes are one object for all instances: read once. */
  #keyText(pointer: number): string | null {
    let text = this.#keys.get(pointer);
    if (text === undefined) {
      text = isUserSpace(pointer) ? this.#readKeyIfAny(pointer as Address) : null;
      this.#keys.set(pointer, text);
    }
    return text;
  }

  /** A key that cannot be read (in a core, one that no instance uses) is not what is looked for. */
  #readKeyIfAny(key: Address): string | null {
    try {
      return this.#readKey(key);
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  #readKey(key: Address): string | null {
    // Python 2's `str` is a PyVarObject, whose size stands in the same place.
    const length = this.#python.ssize(key, this.#lengthAt);
    const wanted = length <= this.#attributes.longest && this.#typeName(key) === 'str';
    return wanted ? readUnicode(this.#python, key).text : null;
  }

  #typeName(object: Address): string {
    return this.#python.the(TypeNames).ofObject(object);
  }
}
