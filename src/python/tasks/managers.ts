/**
 * Which `async with` blocks is a task in? The method that ends one lies on the value stack of its frame, and a suspended
 * frame says how deep that is: all that lies there is alive.
 */
import { toAddress } from '../../memory/address.js';
import { pointerAt } from '../../memory/reader.js';
import type { Objects } from '../waits/objects.js';
import type { Chain, Link } from './chains.js';

/** A block that a frame is in. */
export interface Managed {
  /** What manages it: a lock, a condition, a timeout. */
  readonly manager: number;
  /** Index of the frame, innermost first. */
  readonly frame: number;
}

/** Values of one frame that are looked at. */
const SLOTS_LIMIT = 1000;

export class Managers {
  readonly #objects: Objects;
  readonly #names = new Map<number, string | null>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** Innermost first. Those that are only being entered are none. */
  of({ links }: Chain): Managed[] {
    const managed: Managed[] = [];
    for (let i = links.length - 1; i >= 0; i--) {
      const link = links[i];
      // What is awaited alone is the rule.
      if (!link || link.depth < 2) continue;
      const inner = links[i + 1];
      for (const manager of this.#objects.attempt(() => this.#inFrame(link, isEntering(inner))) ?? []) {
        managed.push({ manager, frame: links.length - 1 - i });
      }
    }
    return managed;
  }

  /** Those whose end is among these values, innermost first. */
  among(slots: readonly number[]): number[] {
    return slots
      .flatMap((slot, i) => {
        const { manager } = this.#endIn(slot, slots[i + 1] ?? 0);
        return manager === 0 ? [] : [manager];
      })
      .reverse();
  }

  /** Innermost first. `entering`: the last one is not entered yet. */
  #inFrame({ stack, depth, awaits }: Link, entering: boolean): number[] {
    const count = Math.min(depth, SLOTS_LIMIT);
    const view = this.#objects.memory.read(toAddress(stack), 8 * count);
    const slots: number[] = [];
    for (let i = 0; i < count; i++) slots.push(this.#untagged(pointerAt(view, 8 * i)));
    const found: { readonly manager: number; readonly above: number }[] = [];
    for (let i = 0; i < count; i++) {
      const { manager, slots: used } = this.#endIn(slots[i] ?? 0, slots[i + 1] ?? 0);
      if (manager !== 0) found.push({ manager, above: i + used });
    }
    const last = found.at(-1);
    // `__aenter__` is awaited right above the method that ends the block.
    if (entering && last && slots[last.above] === awaits) found.pop();
    return found.map(({ manager }) => manager).reverse();
  }

  /** Whose `__aexit__` begins in a slot, and how many slots it takes. 0: nobody's. */
  #endIn(slot: number, next: number): { readonly manager: number; readonly slots: number } {
    const { PyMethodObject } = this.#objects.layout.objects;
    switch (this.#objects.typeName(slot)) {
      case 'method': {
        const func = this.#objects.pointer(slot, PyMethodObject.im_func);
        const isEnd = this.#nameOf(func) === '__aexit__';
        return { manager: isEnd ? this.#objects.pointer(slot, PyMethodObject.im_self) : 0, slots: 1 };
      }
      case 'function':
        return { manager: this.#nameOf(slot) === '__aexit__' ? next : 0, slots: 2 };
      default:
        return { manager: 0, slots: 1 };
    }
  }

  #nameOf(func: number): string | null {
    let name = this.#names.get(func);
    if (name === undefined) {
      name = this.#objects.text(this.#objects.pointer(func, this.#objects.layout.objects.PyFunctionObject.func_name));
      this.#names.set(func, name);
    }
    return name;
  }

  #untagged(word: number): number {
    const { frames } = this.#objects.layout;
    const tags = frames.kind === 'frame-objects' ? 0 : frames.tagMask;
    return tags === 0 ? word : word - (word % (tags + 1));
  }
}

function isEntering(inner: Link | undefined): boolean {
  return inner !== undefined && 'code' in inner.frame.ran && inner.frame.ran.code.name === '__aenter__';
}
