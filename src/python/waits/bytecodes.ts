/** What does a code object do, instruction by instruction? Its bytecode and the names in it, each read once. */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, readPointer, readSsize } from '../../memory/reader.js';
import { type Opcodes, opcodesOf } from '../layouts/opcodes.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import { readBytes } from '../text.js';
import { decodeInstructions, findMethodCalls, type Instruction, type MethodCall } from './calls.js';
import type { Objects } from './objects.js';

/** Names and bytes of a function's code that are read. */
const NAMES_LIMIT = 5000;
const CODE_LIMIT = 2 ** 20;

/** Methods that are looked for: those that take a lock or let go of it, and those that end somebody's wait. */
const METHODS: ReadonlySet<string> = new Set(
  'acquire release enter_context notify notify_all notifyAll set put put_nowait get get_nowait set_result set_exception'.split(
    ' ',
  ),
);

export class Bytecodes {
  readonly #objects: Objects;
  readonly #fields: WaitFields;
  readonly #calls = new Map<Address, readonly MethodCall[]>();

  constructor(objects: Objects, fields: WaitFields) {
    this.#objects = objects;
    this.#fields = fields;
  }

  /** Null: of a version of which they are not known. Made when they are asked for: most looks do without. */
  get #opcodes(): Opcodes | null {
    return opcodesOf(this.#objects.layout.version);
  }

  /** The calls of methods that are looked for. Of a code object that cannot be read, none. */
  calls(code: Address): readonly MethodCall[] {
    let calls = this.#calls.get(code);
    if (!calls) {
      calls = this.#objects.attempt(() => this.#readCalls(code)) ?? [];
      this.#calls.set(code, calls);
    }
    return calls;
  }

  /** Null: they are not known. Throws as the memory does. */
  instructions(code: Address): { readonly opcodes: Opcodes; readonly list: readonly Instruction[] } | null {
    const opcodes = this.#opcodes;
    return opcodes && { opcodes, list: decodeInstructions(this.#read(code), opcodes) };
  }

  #readCalls(code: Address): MethodCall[] {
    const opcodes = this.#opcodes;
    if (!opcodes) return [];
    const { memory } = this.#objects;
    const tuple = readPointer(memory, offsetBy(code, this.#fields.code.co_names));
    const names = this.#objects.elements(tuple, NAMES_LIMIT).map((name) => this.#objects.text(name) ?? '');
    return names.some((name) => METHODS.has(name)) ? findMethodCalls(this.#read(code), names, opcodes, METHODS) : [];
  }

  #read(code: Address): Uint8Array {
    const { memory, layout } = this.#objects;
    const { co_code, co_code_adaptive } = layout.PyCodeObject;
    if (co_code_adaptive === undefined) {
      const bytes = readPointer(memory, offsetBy(code, co_code ?? 0));
      return readBytes(this.#objects.python, toAddress(bytes), CODE_LIMIT).bytes;
    }
    // PyVarObject's size counts code units.
    const units = readSsize(memory, offsetBy(code, layout.PyVarObject.ob_size));
    const size = Math.max(0, Math.min(2 * units, CODE_LIMIT));
    return size === 0 ? new Uint8Array(0) : bytesOf(memory.read(offsetBy(code, co_code_adaptive), size)).slice();
  }
}
