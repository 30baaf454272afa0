/**
 * What is everything asked of? One handle for an interpreter runtime in a process: where it is, how its structures are
 * laid out, the memory they are read from, and what is remembered of that memory. Whoever reads CPython's structures takes
 * this and nothing else.
 *
 * The same runtime is looked at through several memories: the running process, a recording of it, a frozen copy.
 * {@link Python.over} makes a handle for each, and each remembers for itself, for what one memory says of a type or a code
 * object another may say no longer.
 */
import type { Address } from '../memory/address.js';
import { offsetBy } from '../memory/address.js';
import type { Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import { readPointer, readSsize } from '../memory/reader.js';
import { WIDTHS } from './layouts/c-types.js';
import { type Field, type Fields, fieldsOf } from './layouts/fields.js';
import type { Layout } from './layouts/layout.js';
import type { GlobalAddresses } from './layouts/old-layout.js';
import { decodeScalar } from './part.js';

/** A found interpreter, before anybody reads it: what locating tells. */
export interface PythonRuntime {
  /** Of `_PyRuntime`; before 3.7 of `interp_head`. null: it is lost. */
  readonly address: Address | null;
  /** Thread states that no list leads to any more. Default: none. */
  readonly strays?: readonly Address[];
  readonly layout: Layout;
  /** Up to 3.6: where the variables are that the layout names. */
  readonly globals?: GlobalAddresses;
  /** 3.14+: where `_asyncio` describes its structures; null: nowhere that could be found. */
  readonly asyncioTable?: Address | null;
  readonly version: { readonly major: number; readonly minor: number; readonly patch: number | null };
  /** Where files are mapped: what lies elsewhere was made at run time. Default: not known. */
  readonly files?: readonly Range[];
  /** Names of types by address, where they are known without reading memory, which may be lost. Default: none. */
  readonly types?: ReadonlyMap<number, string>;
}

const NO_TYPES: ReadonlyMap<number, string> = new Map();
const NOTHING: readonly Range[] = [];

export class Python implements PythonRuntime {
  readonly address: Address | null;
  readonly strays: readonly Address[];
  readonly types: ReadonlyMap<number, string>;
  readonly files: readonly Range[];
  readonly layout: Layout;
  readonly globals: GlobalAddresses;
  readonly asyncioTable: Address | null;
  readonly version: PythonRuntime['version'];
  #fields: Fields | undefined;
  #values: Python | undefined;
  readonly #remembered = new Map<unknown, unknown>();

  constructor(
    runtime: PythonRuntime,
    readonly memory: MemoryReader,
    private readonly sureMemory: MemoryReader = memory,
  ) {
    this.address = runtime.address;
    this.strays = runtime.strays ?? [];
    this.types = runtime.types ?? NO_TYPES;
    this.files = runtime.files ?? NOTHING;
    this.layout = runtime.layout;
    this.globals = runtime.globals ?? {};
    this.asyncioTable = runtime.asyncioTable ?? null;
    this.version = runtime.version;
  }

  /** The same runtime as another memory has it, with nothing remembered yet. Costs an object. */
  over(memory: MemoryReader): Python {
    return new Python(this, memory);
  }

  /** For whoever would take a zero for a value: over memory in which pages of zeros count as lost, where they may be; else itself. */
  get values(): Python {
    this.#values ??= this.sureMemory === this.memory ? this : this.over(this.sureMemory);
    return this.#values;
  }

  /**
   * The one `Kind` of this handle, made when it is first asked for: how caches find their place (`python.the(TypeNames)`).
   * It must not outlive a change of the memory: take a new handle then.
   */
  the<T>(Kind: new (python: Python) => T): T {
    let kind = this.#remembered.get(Kind) as T | undefined;
    if (kind === undefined) {
      kind = new Kind(this);
      this.#remembered.set(Kind, kind);
    }
    return kind;
  }

  /** The layout's fields, with their C types. */
  get fields(): Fields {
    this.#fields ??= fieldsOf(this.layout);
    return this.#fields;
  }

  /** The value of one field of the structure at `address`. Throws as the memory does; InvalidAddress, CorruptData. */
  get(address: Address, field: Field): number {
    const at = offsetBy(address, field.offset);
    return field.type === 'pointer'
      ? readPointer(this.memory, at)
      : decodeScalar(this.memory.read(at, WIDTHS[field.type]), 0, field.type);
  }

  /** The pointer at `offset` of the structure at `address`. Throws as the memory does, and InvalidAddress. */
  pointer(address: Address, offset: number): number {
    return readPointer(this.memory, offsetBy(address, offset));
  }

  /** The `Py_ssize_t` there. Throws as {@link pointer}, and CorruptData beyond 2^53. */
  ssize(address: Address, offset: number): number {
    return readSsize(this.memory, offsetBy(address, offset));
  }
}
