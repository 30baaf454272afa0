/**
 * What is a way of finding the interpreter? Something that names places in a module where `_PyRuntime` may be, and says
 * in words why there is none. Whether a place is the right one is proven elsewhere, the same for all.
 */

import type { Address } from '../memory/address.js';
import type { Range } from '../memory/ranges.js';
import { LOCATE_STRATEGIES } from '../options.js';
import type { NotedInterpreter } from '../process/noted-interpreter.js';
import type { Locatable } from '../process/process.js';
import type { Layout } from '../python/layouts/layout.js';
import type { Module } from './module.js';

export const STRATEGY_NAMES = LOCATE_STRATEGIES;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

export interface Candidate {
  /** Where `_PyRuntime` may be, or before 3.7 `interp_head`. */
  readonly address: Address;
  /** How it was come by, in words. */
  readonly how: string;
  /** One of very many that will mostly be refused at the first look. */
  readonly isGuess?: true;
  /** Offset of `interpreters.head` that it was found by: other layouts need not be tried. */
  readonly head?: number;
  /** Which version is said to be there. */
  readonly claim?: Pick<NotedInterpreter, 'version' | 'freeThreaded' | 'debugBuild' | 'globals'>;
}

export interface Strategy {
  readonly name: StrategyName;
  /** Candidates in `module`, best first; returns why there were none (or no more). */
  candidates(module: Module, search: Search): Generator<Candidate, string>;
}

/** What applies to a whole search. */
export interface Search {
  readonly target: Locatable;
  /** Look in places that cost more, too. */
  readonly exhaustive: boolean;
  /** Whether a search that has not found anything yet should give up. */
  outOfTime(): boolean;
  /** Layouts that what is known of a module's version leads to, best first. */
  layouts(module: Module): readonly Layout[];
  /** All writable memory of the process, in address order. */
  writableRanges(): readonly Range[];
  /** Whether an address lies in it. */
  isWritable(address: number): boolean;
}

/** What came of one strategy in one module. */
export interface Attempt {
  readonly strategy: StrategyName;
  /** File name of the module, without folders. */
  readonly module: string;
  readonly outcome: string;
}
