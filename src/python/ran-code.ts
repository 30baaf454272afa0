/** What does a frame run that belongs to no thread now? Its code object, each decoded once. */
import type { Address } from '../memory/address.js';
import { type CodeObject, readCode } from './code.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';

type Ran = { readonly code: CodeObject } | { readonly problem: string };

/** One of each handle: `python.the(RanCode)`. */
export class RanCode {
  readonly #python: Python;
  readonly #known = new Map<Address, Ran>();

  constructor(python: Python) {
    this.#python = python;
  }

  /** The code object at `address`, or why it cannot be read. The same object for all frames that run it. */
  of(address: Address): Ran {
    let ran = this.#known.get(address);
    if (ran === undefined) {
      ran = this.#read(address);
      this.#known.set(address, ran);
    }
    return ran;
  }

  #read(address: Address): Ran {
    try {
      return { code: readCode(this.#python, address) };
    } catch (error) {
      return { problem: reasonOf(error) };
    }
  }
}
