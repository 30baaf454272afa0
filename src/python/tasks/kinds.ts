/** What is this that a task runs or awaits? By its type: a generator of some sort, something that only passes on, a future, a task. */
import { toAddress } from '../../memory/address.js';
import { readTypeFacts, type TypeFacts } from '../objects.js';
import type { Python } from '../python.js';
import { TypeNames } from '../type-names.js';
import type { Objects } from '../waits/objects.js';

/**
 * `generator`: generators, coroutines, asynchronous generators; `wrapper`: its first member is what it stands for; `task`,
 * `future`: C's, or classes that derive from them; `class`: an object of a class, which may be a future written in Python.
 */
export type AwaitableKind = 'generator' | 'wrapper' | 'task' | 'future' | 'class' | 'other';

export interface AwaitableType {
  readonly kind: AwaitableKind;
  /** As the program has it, with its module if C code made it. */
  readonly name: string;
  /** The C types that it derives from, of futures and tasks. */
  readonly future: TypeFacts | null;
  readonly task: TypeFacts | null;
}

const GENERATORS: ReadonlySet<string> = new Set(['generator', 'coroutine', 'async_generator']);
/** What `await` puts between, each with what it stands for as its first member. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'coroutine_wrapper',
  'async_generator_asend',
  'async_generator_athrow',
  'anext_awaitable',
  'FutureIter',
  '_asyncio.FutureIter',
]);

/** Py_TPFLAGS_HEAPTYPE, the same in all versions. */
const HEAPTYPE = 1 << 9;
const LINE_LIMIT = 50;

/** Of one handle. */
export class AwaitableTypes {
  readonly #python: Python;
  readonly #objects: Objects;
  readonly #types = new Map<number, AwaitableType | null>();

  constructor(python: Python, objects: Objects) {
    this.#python = python;
    this.#objects = objects;
  }

  /** Where a wrapper has what it stands for: behind its header. */
  get wrappedAt(): number {
    return this.#python.layout.PyObject.sizeof;
  }

  /** Where an object says of what type it is. */
  get typeAt(): number {
    return this.#python.layout.PyObject.ob_type;
  }

  /** What is there; 0: it cannot be read. */
  wordOf(object: number): number {
    return this.#objects.pointer(object, this.typeAt);
  }

  /** The type of the object there; null: there is none that can be read. */
  of(object: number): AwaitableType | null {
    if (object === 0 || object % 8 !== 0) return null;
    const type = this.wordOf(object);
    let known = this.#types.get(type);
    if (known === undefined) {
      known = type === 0 ? null : this.#objects.attempt(() => this.#read(type));
      this.#types.set(type, known);
    }
    return known;
  }

  #read(type: number): AwaitableType {
    const names = this.#python.the(TypeNames);
    const name = names.ofType(type);
    if (GENERATORS.has(name)) return { kind: 'generator', name, future: null, task: null };
    if (WRAPPERS.has(name)) return { kind: 'wrapper', name, future: null, task: null };
    const line = this.#objects.elements(
      this.#objects.pointer(type, this.#python.layout.PyTypeObject.tp_mro),
      LINE_LIMIT,
    );
    let future: TypeFacts | null = null;
    let task: TypeFacts | null = null;
    for (const base of line) {
      const baseName = names.ofType(base);
      if (baseName === '_asyncio.Future') future = readTypeFacts(this.#python, toAddress(base));
      if (baseName === '_asyncio.Task') task = readTypeFacts(this.#python, toAddress(base));
    }
    const facts = readTypeFacts(this.#python, toAddress(type));
    const kind = task && future ? 'task' : future ? 'future' : (facts.flags & HEAPTYPE) !== 0 ? 'class' : 'other';
    return { kind, name, future, task };
  }
}
