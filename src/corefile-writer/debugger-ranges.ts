/**
 * What must a small core hold so that any debugger can tell which program and libraries it is of? The headers and build
 * ids of the modules, and the dynamic loader's list of them: exactly what we ourselves read to find out.
 */
import type { Address } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import { mergeRanges, type Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import { coreModules } from '../process/core/core-modules.js';
import { filesFromLinkMap } from '../process/core/link-map.js';

/** The ranges, merged. Reads them all through `memory`. */
export function debuggerRanges(
  memory: MemoryReader,
  mappings: readonly Mapping[],
  auxv: ReadonlyMap<number, bigint>,
): Range[] {
  const touched: Range[] = [];
  const recording: MemoryReader = {
    read(address: Address, size: number): DataView {
      const view = memory.read(address, size);
      touched.push({ start: address, end: address + size });
      return view;
    },
  };
  coreModules(mappings, recording);
  filesFromLinkMap(recording, auxv);
  return mergeRanges(touched);
}
