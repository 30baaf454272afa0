/**
 * By how much was a file moved when it was mapped? Address in memory = address in the file + bias.
 */
import type { Mapping } from '../memory/mapping.js';
import type { Segment } from './segments.js';
import { PF, PT } from './segments.js';

/**
 * The biases at which a file with these segments is mapped, best supported first; usually one. Several: it is mapped
 * more than once (dlmopen). None: it is mapped, but not as a program or library.
 *
 * A mapping begins where its file offset says, and a loader keeps vaddr - offset within a segment: so each mapping that
 * holds part of a segment votes for one bias. It works for non-PIE (bias 0), PIE, static-PIE and prelinked files and
 * for every page size; mappings split by mprotect (RELRO) vote alike.
 */
export function loadBiases(segments: readonly Segment[], mappings: readonly Mapping[]): number[] {
  const loads = segments.filter((segment) => segment.type === PT.LOAD && segment.filesz > 0);
  const votes = new Map<number, Set<Segment>>();
  for (const mapping of mappings) {
    const length = mapping.end - mapping.start;
    for (const load of loads) {
      if (mapping.fileOffset >= load.offset + load.filesz || mapping.fileOffset + length <= load.offset) continue;
      if (mapping.executable !== ((load.flags & PF.X) !== 0)) continue;
      const bias = mapping.start - mapping.fileOffset + load.offset - load.vaddr;
      if (!Number.isSafeInteger(bias)) continue;
      const supporters = votes.get(bias) ?? new Set();
      supporters.add(load);
      votes.set(bias, supporters);
    }
  }
  let most = 0;
  for (const { size } of votes.values()) most = Math.max(most, size);
  return [...votes].filter(([, supporters]) => supporters.size === most).map(([bias]) => bias);
}
