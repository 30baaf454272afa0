/**
 * Did a frame take this lock by `acquire()`, and will it release it, as far as its code tells? An expression like
 * `self._lock.acquire` before the instruction that the frame is at, whose value is this lock, and `release` after it. And by
 * what else a frame may end somebody's wait. Never certain: what else the code did, nobody wrote down.
 */
import type { Bytecodes } from './bytecodes.js';
import type { MethodCall } from './calls.js';
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import type { FrameInHand } from './value-stack.js';

/** A call that a frame has made or will make. */
export interface CallInFrame {
  readonly method: string;
  /** Byte offset of it. */
  readonly at: number;
}

export interface LastCall extends CallInFrame {
  /** Whether `release` follows further on. */
  readonly later: boolean;
}

const CONDITION_LOCKS = ['_lock', '_Condition__lock', '_semlock'] as const;

export class TakenLocks {
  readonly #objects: Objects;
  readonly #scopes: Scopes;
  readonly #bytecodes: Bytecodes;

  constructor(objects: Objects, scopes: Scopes, bytecodes: Bytecodes) {
    this.#objects = objects;
    this.#scopes = scopes;
    this.#bytecodes = bytecodes;
  }

  /** What the frame's code did last with the lock before where it is; null: nothing that can be told. */
  lastCall(inHand: FrameInHand, lock: number): LastCall | null {
    const here = inHand.frame.lasti;
    const about = this.#callsOf(inHand).filter(
      (call) => (call.method === 'acquire' || call.method === 'release') && this.#isOf(inHand, call, lock),
    );
    const last = about.findLast(({ at }) => at < here);
    if (!last) return null;
    return { ...last, later: about.some(({ at, method }) => at > here && method === 'release') };
  }

  /** The first call further on of one of these methods of this very object; null: there is none. */
  nextCall(inHand: FrameInHand, object: number, methods: ReadonlySet<string>): CallInFrame | null {
    const here = inHand.frame.lasti;
    const calls = this.#callsOf(inHand);
    return (
      calls.find((call) => call.at > here && methods.has(call.method) && this.#valueOf(inHand, call) === object) ?? null
    );
  }

  /** The only call of `enter_context` before where the frame is; null: there is none, or several. */
  enteredContext(inHand: FrameInHand): CallInFrame | null {
    const calls = this.#callsOf(inHand).filter(
      ({ at, method }) => method === 'enter_context' && at < inHand.frame.lasti,
    );
    return calls.length === 1 ? (calls[0] ?? null) : null;
  }

  #callsOf({ code }: FrameInHand): readonly MethodCall[] {
    return this.#bytecodes.calls(code.address);
  }

  /** Whether the call is one of this lock's methods, or of a Condition's that has it. */
  #isOf(inHand: FrameInHand, call: MethodCall, lock: number): boolean {
    const object = this.#valueOf(inHand, call);
    if (object === 0) return false;
    if (object === lock) return true;
    return CONDITION_LOCKS.some((name) => this.#objects.ownAttribute(object, name) === lock);
  }

  /** What a method is called of; 0: it cannot be told. */
  #valueOf(inHand: FrameInHand, { root, attributes }: MethodCall): number {
    let object = this.#objects.attempt(() => this.#rootOf(inHand, root)) ?? 0;
    for (const attribute of attributes) {
      if (object === 0) return 0;
      object = this.#objects.attribute(object, attribute);
    }
    return object;
  }

  #rootOf(inHand: FrameInHand, root: MethodCall['root']): number {
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
}
