/**
 * Is this really the interpreter, and of this version? Its structures point back at each other: the runtime to
 * interpreters, they to thread states, those to their interpreter and their neighbours. A wrong address or a wrong layout
 * does not survive that.
 */

import type { Address } from '../memory/address.js';
import { addressOrNull, formatAddress, InvalidAddress, offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { MemoryFault, readPointer } from '../memory/reader.js';
import type { Locatable } from '../process/process.js';
import type { Layout } from '../python/layouts/layout.js';
import { sleep } from '../sleep.js';
import type { Candidate } from './strategy.js';

export type Proof =
  | { readonly kind: 'proven'; readonly interpreters: number; readonly threadStates: number }
  /** Plausible, but there is no interpreter. `stage`: never yet, or no more; null: not known. */
  | { readonly kind: 'empty'; readonly why: string; readonly stage: 'unused' | 'over' | null }
  | { readonly kind: 'refuted'; readonly why: string };

/** Enough to be sure; a process may have thousands of each, and the walk reads them all. */
const INTERPRETERS_CHECKED = 16;
const THREAD_STATES_CHECKED = 4;
/** A running target changes its lists: what is wrong so often in a row is mostly wrong. */
export const PROOF_TRIES = 3;
/** Between further tries, ms: who lost its CPU in the middle of a change has to get it back. It is doubled each time up to ... */
const FIRST_PAUSE_MS = 0.1;
const LONGEST_PAUSE_MS = 5;

/** Checks the `_PyRuntimeState` at `address`. Reads some dozens of bytes; never throws for what memory holds. */
export function prove(memory: MemoryReader, address: Address, layout: Layout, tries = PROOF_TRIES): Proof {
  let proof: Proof = { kind: 'refuted', why: 'not tried' };
  for (let i = 0; i < tries; i++) {
    proof = proveOnce(memory, address, layout);
    if (proof.kind === 'proven') return proof;
  }
  return proof;
}

/**
 * As {@link prove}, of what is to be expected there in a process that runs, until `deadline` (of `performance.now()`). Where
 * threads come and go all the time, most tries fall into a change: a list is read link by link.
 */
export function proveWhileItRuns(memory: MemoryReader, address: Address, layout: Layout, deadline: number): Proof {
  let proof = prove(memory, address, layout);
  for (let pause = FIRST_PAUSE_MS; proof.kind === 'refuted' && performance.now() < deadline; ) {
    sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    proof = proveOnce(memory, address, layout);
  }
  return proof;
}

/** How long it is waited, all in all, until the lists of one running process hold that should, ms. */
const PATIENCE_MS = 300;

/** The proofs of one search. */
export class Proofs {
  readonly #target: Pick<Locatable, 'memory' | 'sampler'>;
  #patienceMs = PATIENCE_MS;

  constructor(target: Pick<Locatable, 'memory' | 'sampler'>) {
    this.#target = target;
  }

  /** As {@link prove}, as long as it is worth: for what is to be expected there longest, for one of many guesses once. */
  prove({ address, isGuess }: Candidate, layout: Layout, isGuessedLayout: boolean): Proof {
    const { memory, sampler } = this.#target;
    if (isGuess) return prove(memory, address, layout, 1);
    if (isGuessedLayout || sampler === null) return prove(memory, address, layout);
    const start = performance.now();
    const proof = proveWhileItRuns(memory, address, layout, start + this.#patienceMs);
    if (proof.kind === 'refuted') this.#patienceMs -= performance.now() - start;
    return proof;
  }
}

function proveOnce(memory: MemoryReader, address: Address, layout: Layout): Proof {
  try {
    return check(memory, address, layout);
  } catch (error) {
    if (error instanceof Refuted || error instanceof MemoryFault || error instanceof InvalidAddress) {
      return { kind: 'refuted', why: error.message };
    }
    throw error;
  }
}

class Refuted extends Error {}

function check(memory: MemoryReader, address: Address, layout: Layout): Proof {
  const runtime = layout._PyRuntimeState;
  const head = link(memory, address, runtime['interpreters.head'], 'interpreters.head');
  if (head === null) return withoutInterpreter(memory, address, layout);
  // A table of offsets does not tell where `main` is: that number may be of another version.
  const mainOffset = runtime['interpreters.main'];
  const main =
    layout.origin === 'row' && mainOffset !== undefined ? link(memory, address, mainOffset, 'interpreters.main') : null;
  const seen = new Set<Address>();
  let threadStates = 0;
  let interpreter: Address | null = head;
  while (interpreter !== null && seen.size < INTERPRETERS_CHECKED) {
    if (seen.has(interpreter)) throw new Refuted('its list of interpreters is a cycle');
    seen.add(interpreter);
    // Where the list is all there is of a runtime, and its members have no way back, each has to prove itself.
    if (layout.root.kind === 'variables') checkModules(memory, interpreter, layout);
    threadStates += checkThreadStates(memory, interpreter, layout);
    interpreter = link(memory, interpreter, layout.PyInterpreterState.next, 'next interpreter');
  }
  // NULL for a moment while it starts and ends.
  if (main !== null && interpreter === null && !seen.has(main)) {
    throw new Refuted(`the main interpreter ${formatAddress(main)} is not in its list`);
  }
  if (threadStates === 0) return { kind: 'empty', why: 'none of its interpreters has a thread', stage: null };
  return { kind: 'proven', interpreters: seen.size, threadStates };
}

/** More interpreters than any process has ever had. */
const MAX_NEXT_ID = 2 ** 24;

/**
 * `interpreters.next_id`, two words behind `head`: -1 or 0 until the first interpreter is made, and kept when the last is
 * gone. https://github.com/python/cpython/blob/v3.12.1/Python/pystate.c (init_interpreters, interpreter_clear)
 */
function withoutInterpreter(memory: MemoryReader, address: Address, layout: Layout): Proof {
  if (layout.root.kind === 'variables') return { kind: 'empty', why: 'it has no interpreter', stage: null };
  const nextId = memory
    .read(offsetBy(address, layout._PyRuntimeState['interpreters.head'] + 16), 8)
    .getBigInt64(0, true);
  if (nextId === 0n || nextId === -1n) {
    return { kind: 'empty', why: 'it has never had an interpreter', stage: 'unused' };
  }
  if (nextId > 0n && nextId < MAX_NEXT_ID) {
    return { kind: 'empty', why: 'it has no interpreter any more', stage: 'over' };
  }
  return { kind: 'empty', why: 'it has no interpreter', stage: null };
}

function checkThreadStates(memory: MemoryReader, interpreter: Address, layout: Layout): number {
  const { interp, prev, next } = layout.PyThreadState;
  let previous: Address | null = null;
  let tstate = link(memory, interpreter, layout.PyInterpreterState.threads_head, 'threads_head');
  let count = 0;
  while (tstate !== null && count < THREAD_STATES_CHECKED) {
    const owner = link(memory, tstate, interp, 'interp');
    if (owner !== interpreter) {
      throw new Refuted(`thread state ${formatAddress(tstate)} does not point back to its interpreter`);
    }
    if (prev !== undefined && link(memory, tstate, prev, 'prev') !== previous) {
      throw new Refuted(`thread state ${formatAddress(tstate)} does not point back to the one before`);
    }
    count++;
    previous = tstate;
    tstate = link(memory, tstate, next, 'next');
  }
  return count;
}

/** Whether `modules` is an object (NULL while the interpreter starts): its type's type, `type`, is its own type. */
function checkModules(memory: MemoryReader, interpreter: Address, { PyObject, PyInterpreterState }: Layout): void {
  const modules = link(memory, interpreter, PyInterpreterState.modules, 'modules');
  if (modules === null) return;
  const type = link(memory, modules, PyObject.ob_type, "modules' type");
  const metatype = type && link(memory, type, PyObject.ob_type, "modules' metatype");
  if (!metatype || link(memory, metatype, PyObject.ob_type, "the metatype's type") !== metatype) {
    throw new Refuted(`what should be its modules, at ${formatAddress(modules)}, is no object`);
  }
}

/** A pointer to a structure, which is aligned; null for NULL. Throws Refuted for what is neither. */
function link(memory: MemoryReader, base: Address, offset: number, what: string): Address | null {
  const value = readPointer(memory, offsetBy(base, offset));
  if (value % 8 !== 0) throw new Refuted(`${what} is ${formatAddress(value)}, which is not aligned`);
  return addressOrNull(value);
}
