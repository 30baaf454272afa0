/**
 * Which mutexes does a thread have where there is no GIL? Each object has one, and C code that works on an object has it in a
 * critical section: a structure on the thread's own stack, linked from its thread state. Who lets others run meanwhile
 * (sleeps, waits) lets go of them all, which a tag of the link tells.
 * https://github.com/python/cpython/blob/v3.14.0/Python/critical_section.c (_PyCriticalSection_SuspendAll)
 */
import { type FreeThreadedFields, PyCriticalSection } from '../layouts/wait-fields.js';
import type { Objects } from './objects.js';

/** Nested deeper than any C code is. */
const MOST_SECTIONS = 200;
/** What a tagged link has besides the address. */
const TAGS = 4;

/** Addresses of the mutexes, innermost first. `state`: the PyThreadState; 0: the thread has none. */
export function mutexesHeld(objects: Objects, { critical_section }: FreeThreadedFields, state: number): number[] {
  const mutexes: number[] = [];
  if (state === 0) return mutexes;
  let link = objects.pointer(state, critical_section);
  for (let n = 0; n < MOST_SECTIONS; n++) {
    const tags = link % TAGS;
    const section = link - tags;
    // Whatever lies outside of one that is inactive is inactive as well.
    if (section === 0 || tags % 2 === PyCriticalSection.INACTIVE) break;
    const hasTwo = tags >= PyCriticalSection.TWO_MUTEXES;
    const words = objects.words(section, hasTwo ? 3 : 2);
    // NULL while it is waited for, and where the section around it has it already.
    for (const mutex of words.slice(1)) if (mutex !== 0) mutexes.push(mutex);
    link = words[0] ?? 0;
  }
  return mutexes;
}
