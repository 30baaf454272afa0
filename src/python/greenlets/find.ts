/**
 * Where are the greenlets of a process, and what may resume them? Nobody keeps a list, so the collector's are gone through:
 * once, for that takes long where there are many objects.
 */
import { visitTracked } from '../gc-lists.js';
import type { Python } from '../python.js';
import type { InterpreterWalk } from '../runtime.js';
import { moduleNamed } from '../waits/imported.js';
import { WaitTools } from '../waits/tools.js';
import { type Clue, ClueTypes } from './clues.js';
import { GreenletTypes } from './greenlets.js';

export interface FoundGreenlets {
  readonly addresses: readonly number[];
  /** What may resume one of them. */
  readonly clues: readonly Clue[];
  /** Whether there are more objects than are looked at. */
  readonly truncated: boolean;
  /** Why some were not looked at; null: all were. */
  readonly problem: string | null;
}

/** Objects of the collector that are looked at. */
const OBJECTS_LIMIT = 1_500_000;
/** Of what may resume greenlets. */
const CLUES_LIMIT = 500_000;

/** null: the module that makes greenlets was not imported. Throws only what is no failure of the target's memory. */
export function findGreenlets(python: Python, interpreters: readonly InterpreterWalk[]): FoundGreenlets | null {
  if (moduleOf(python, interpreters, 'greenlet') === 0) return null;
  const types = python.the(GreenletTypes);
  const kinds = new ClueTypes(python.the(WaitTools).objects);
  const addresses: number[] = [];
  const clues: Clue[] = [];
  const { truncated, problem } = visitTracked(python, interpreters, OBJECTS_LIMIT, (object, type) => {
    if (types.has(type)) addresses.push(object);
    const kind = kinds.of(type);
    if (kind !== null && clues.length < CLUES_LIMIT) clues.push({ object, kind });
  });
  return { addresses, clues, truncated, problem };
}

/** A module of the program; 0: it was not imported. */
export function moduleOf(python: Python, interpreters: readonly InterpreterWalk[], name: string): number {
  const { objects } = python.the(WaitTools);
  for (const { modules } of interpreters) {
    const found = modules && objects.attempt(() => moduleNamed(objects, modules, name));
    if (found) return found;
  }
  return 0;
}
