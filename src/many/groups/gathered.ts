/** What is known of a group while it is put together? */
import type { Member } from './members.js';
import type { Example, Stillness } from './model.js';
import type { KeyedStack } from './stack-key.js';

/** A group while it is put together. */
export interface Gathered {
  readonly keyed: KeyedStack;
  threads: number;
  /** Names of the threads that each process has here. */
  readonly names: Map<Member, string[]>;
  /** How many threads have each of the stacks that count as this one. */
  readonly stacks: Map<number, number>;
  readonly states: Map<number, number>;
  /** How many threads there are of each kind: see {@link kindOf}. */
  readonly kinds: Map<string, number>;
  still: Stillness | null;
  inFindings: number;
  inconsistent: number;
  truncated: number;
  readonly example: Example;
}
