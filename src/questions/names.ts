/**
 * What does the program call this thread? Names live in a dictionary that all threads share and change, so they are not
 * part of the copy (a thousand objects would have to be copied while threads stand): all are read together before it is
 * made, and what is still so after is right.
 */
import { type Address, toAddress } from '../memory/address.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import { type InterpreterWalk, type RuntimeWalk, readInterpreters } from '../python/runtime.js';
import { readThreadNames, type ThreadName, type ThreadNames } from '../python/threading-names.js';
import { TypeNames } from '../python/type-names.js';
import type { ThreadQuestion } from './question.js';

export interface Named {
  /** Null: `threading` does not know of it. */
  readonly name: ThreadName | null;
  /**
   * What the program's main thread is called that `threading` knows by its greenlet and not by its OS thread, as gevent
   * has it; null: there is none such, or this thread has a name of its own.
   */
  readonly mainGreenlet: string | null;
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
    if (!interpreter) return { name: null, mainGreenlet: null, problems: [] };
    const { names, problems } = python.the(NamesByInterpreter).of(interpreter);
    const name = names.get(state.threadId) ?? null;
    return { name, mainGreenlet: name === null ? mainGreenletOf(python, names, runtime) : null, problems };
  },
  same: (a, b) =>
    a.name?.name === b.name?.name &&
    a.mainGreenlet === b.mainGreenlet &&
    (a.name !== null || (isWhole(a) && isWhole(b))),
};

/** Whether a thread without a name has none; else it may have been missed: the dict that it stands in was just growing. */
function isWhole({ problems }: Named): boolean {
  return problems.length === 0;
}

/** `tp_name` of greenlets. */
const GREENLET = /^(greenlet\.)?greenlet$/;

/**
 * gevent puts functions of its own in the place of `get_ident`: the address of the greenlet is the ident then.
 * https://github.com/gevent/gevent/blob/24.2.1/src/gevent/thread.py (get_ident)
 */
function mainGreenletOf(python: Python, names: ThreadNames['names'], { threadStates }: RuntimeWalk): string | null {
  for (const [ident, { name, isMain }] of names) {
    if (!isMain || threadStates.some(({ threadId }) => threadId === ident)) continue;
    try {
      if (GREENLET.test(python.the(TypeNames).ofObject(toAddress(ident)))) return name;
    } catch (error) {
      // No object is there: the ident is that of a thread that has ended.
      reasonOf(error);
    }
  }
  return null;
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
