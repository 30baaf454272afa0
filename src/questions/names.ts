/**
 * What does the program call this thread? Names live in a dictionary that all threads share and change, so they are not
 * part of the copy (a thousand objects would have to be copied while threads stand): all are read together before it is
 * made, and what is still so after is right.
 */
import type { Address } from '../memory/address.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import { type InterpreterWalk, readInterpreters } from '../python/runtime.js';
import { readThreadNames, type ThreadName, type ThreadNames } from '../python/threading-names.js';
import type { ThreadQuestion } from './question.js';

export interface Named {
  /** Null: `threading` does not know of it. */
  readonly name: ThreadName | null;
  /** Why names of threads of its interpreter are missing, in words. */
  readonly problems: readonly string[];
}

export const NAMES: ThreadQuestion<Named> = {
  name: 'its name',
  of: 'thread',
  reads: 'shared',
  before: (python) => python.the(NamesByInterpreter).readAll(),
  ask: (python, { state, runtime }) => {
    const interpreter = state && runtime.interpreters.find(({ address }) => address === state.interpreter);
    if (!interpreter) return { name: null, problems: [] };
    const { names, problems } = python.the(NamesByInterpreter).of(interpreter);
    return { name: names.get(state.threadId) ?? null, problems };
  },
  same: (a, b) => a.name?.name === b.name?.name && (a.name !== null || (isWhole(a) && isWhole(b))),
};

/** Whether a thread without a name has none; else it may have been missed: the dict that it stands in was just growing. */
function isWhole({ problems }: Named): boolean {
  return problems.length === 0;
}

/** The names in each interpreter of one handle, read once. */
class NamesByInterpreter {
  readonly #python: Python;
  readonly #names = new Map<Address, ThreadNames>();

  constructor(python: Python) {
    this.#python = python;
  }

  readAll(): void {
    try {
      for (const interpreter of readInterpreters(this.#python)) this.of(interpreter);
    } catch (error) {
      // Not even the runtime can be read: whoever needs it will say so.
      reasonOf(error);
    }
  }

  of(interpreter: Pick<InterpreterWalk, 'address' | 'modules'>): ThreadNames {
    let names = this.#names.get(interpreter.address);
    if (!names) {
      names = readThreadNames(this.#python, interpreter);
      this.#names.set(interpreter.address, names);
    }
    return names;
  }
}
