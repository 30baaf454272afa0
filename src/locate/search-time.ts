/** How long may an interpreter be looked for? */
import { workBudget } from '../memory/budget.js';
import type { Locatable } from '../process/process.js';

/** What the costly strategies may take in all; found interpreters are found in a small part of it. */
const SEARCH_MS = 5_000;
const EXHAUSTIVE_SEARCH_MS = 60_000;

/** Tells when to give up. A process that runs may not run for long: then it is time that counts, and not work. */
export function timeFor({ sampler }: Locatable, exhaustive: boolean): () => boolean {
  const ms = exhaustive ? EXHAUSTIVE_SEARCH_MS : SEARCH_MS;
  if (sampler === null) return workBudget(ms);
  const end = Date.now() + ms;
  return () => Date.now() > end;
}
