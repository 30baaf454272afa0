/**
 * Who has probably taken this lock by `acquire()`? Nothing in a frame says so; its code may: it has called `acquire` on what
 * is this lock, has not called `release` on it since, and does so further on. Probable, no more: somebody else may have
 * released it.
 */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, readPointer, readSsize } from '../../memory/reader.js';
import { opcodesOf } from '../layouts/opcodes.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import { readBytes } from '../text.js';
import { findLockCalls, type LockCall } from './calls.js';
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import type { FrameInHand } from './value-stack.js';

/** Names and bytes of a function's code that are read. */
const NAMES_LIMIT = 5000;
const CODE_LIMIT = 2 ** 20;

export class TakenLocks {
  readonly #objects: Objects;
  readonly #scopes: Scopes;
  readonly #fields: WaitFields;
  readonly #calls = new Map<Address, readonly LockCall[]>();

  constructor(objects: Objects, scopes: Scopes, fields: WaitFields) {
    this.#objects = objects;
    this.#scopes = scopes;
    this.#fields = fields;
  }

  /**
   * What the frame's code did last with the lock before where it is: null: nothing that can be told. `later`: it releases
   * it further on. Throws as the memory does.
   */
  lastCall(inHand: FrameInHand, lock: number): { readonly method: LockCall['method']; readonly later: boolean } | null {
    const calls = this.#callsOf(inHand.code.address);
    if (calls.length === 0) return null;
    const here = inHand.frame.lasti;
    const about = calls.filter((call) => this.#isOf(inHand, call, lock));
    const last = about.findLast(({ at }) => at < here);
    if (!last) return null;
    return { method: last.method, later: about.some(({ at, method }) => at > here && method === 'release') };
  }

  /** Whether the call is one of this lock's methods, or of a Condition's that has it. */
  #isOf(inHand: FrameInHand, { root, attributes }: LockCall, lock: number): boolean {
    let object = this.#rootOf(inHand, root);
    for (const attribute of attributes) {
      if (object === 0) return false;
      object = this.#objects.attribute(object, attribute);
    }
    if (object === 0) return false;
    if (object === lock) return true;
    return ['_lock', '_Condition__lock', '_semlock'].some((name) => this.#objects.ownAttribute(object, name) === lock);
  }

  #rootOf(inHand: FrameInHand, root: LockCall['root']): number {
    switch (root.kind) {
      case 'slot':
        return this.#scopes.slot(inHand, root.index);
      case 'cell':
        return this.#scopes.cell(inHand, root.index);
      case 'name': {
        const globals = this.#objects.items(this.#scopes.globals(inHand));
        return globals.find(({ name }) => name === root.name)?.value ?? 0;
      }
    }
  }

  #callsOf(code: Address): readonly LockCall[] {
    let calls = this.#calls.get(code);
    if (!calls) {
      calls = this.#objects.attempt(() => this.#readCalls(code)) ?? [];
      this.#calls.set(code, calls);
    }
    return calls;
  }

  #readCalls(code: Address): LockCall[] {
    const opcodes = opcodesOf(this.#objects.layout.version);
    if (!opcodes) return [];
    const { memory } = this.#objects;
    const tuple = readPointer(memory, offsetBy(code, this.#fields.code.co_names));
    const names = this.#objects.elements(tuple, NAMES_LIMIT).map((name) => this.#objects.text(name) ?? '');
    return names.includes('acquire') ? findLockCalls(this.#bytecodeOf(code), names, opcodes) : [];
  }

  #bytecodeOf(code: Address): Uint8Array {
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
