/** Is an interpreter that was located still where it was? A program may end it and start another, or unload its library. */
import type { MemoryReader } from '../memory/reader.js';
import type { Located } from './locate.js';
import { prove } from './proof.js';

/** Whether its structures still hold, by their back pointers. Reads some dozens of bytes. */
export function isStillThere(memory: MemoryReader, { address, layout }: Located): boolean {
  // Threads alone have nothing in common to prove: they are looked for again.
  return address !== null && prove(memory, address, layout).kind === 'proven';
}
