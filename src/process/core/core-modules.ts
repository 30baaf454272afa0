/**
 * Which programs and libraries were mapped, and which builds were they?
 */

import { ElfError } from '../../elf/header.js';
import { MappedElf } from '../../elf/mapped-elf.js';
import type { Address } from '../../memory/address.js';
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MemoryReader } from '../../memory/reader.js';
import { MemoryFault } from '../../memory/reader.js';
import { groupByImage } from '../modules.js';

export interface MappedModule {
  /** As recorded in the core. */
  readonly path: string;
  readonly deleted: boolean;
  /** Where the first byte of the file is mapped. */
  readonly start: Address;
  /** One past its last mapping. */
  readonly end: Address;
  readonly mappings: readonly Mapping[];
  /** Its first page as the core has it; null: not dumped, or lost. */
  readonly image: MappedElf | null;
  /** Lower-case hexadecimal; null: the core does not tell. */
  readonly buildId: string | null;
}

/** The modules among the mappings, in address order. `dumped` reads from the core alone. */
export function coreModules(mappings: readonly Mapping[], dumped: MemoryReader): MappedModule[] {
  const modules = groupByImage(mappings).flatMap((image) => moduleOf(image, mappings, dumped) ?? []);
  const known = new Map(
    modules.flatMap(({ path, deleted, image, buildId }) => (image && !deleted ? [[path, buildId]] : [])),
  );
  return modules.map((module) =>
    // A page of it that is mapped once more, by itself (libffi does that with its own code), is of the same build.
    module.image === null && !module.deleted ? { ...module, buildId: known.get(module.path) ?? null } : module,
  );
}

function moduleOf(group: readonly Mapping[], all: readonly Mapping[], dumped: MemoryReader): MappedModule | null {
  const first = group[0];
  const last = group.at(-1);
  if (!first?.path || first.path === '[vdso]' || !last || first.fileOffset >= first.start) return null;
  const start = toAddress(first.start - first.fileOffset);
  const image = isOthers(start, first, all) ? null : imageAt(start, first.path, dumped);
  // Locale archives and other data are mapped as well. Where the first page is lost, code tells a module from them.
  if (image === 'other' || (image === null && !group.some(({ executable }) => executable))) return null;
  return {
    path: first.path,
    deleted: first.deleted,
    start,
    end: last.end,
    mappings: group,
    image,
    buildId: image?.buildId ?? null,
  };
}

/** Whether its first page, which is not mapped with the rest, would be where something else is. */
function isOthers(start: Address, { fileOffset, path }: Mapping, all: readonly Mapping[]): boolean {
  return fileOffset > 0 && all.some((one) => start >= one.start && start < one.end && one.path !== path);
}

/** `other`: it is there and no ELF header; null: it is not there. */
export function imageAt(start: number, path: string, dumped: MemoryReader): MappedElf | 'other' | null {
  try {
    return isUserSpace(start) ? new MappedElf(dumped, toAddress(start), path) : null;
  } catch (error) {
    if (error instanceof ElfError) return 'other';
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

/** The module one of whose mappings holds the address. */
export function moduleAt(modules: readonly MappedModule[], address: number): MappedModule | null {
  return (
    modules.find(
      ({ start, end, mappings }) =>
        address >= start && address < end && mappings.some((m) => address >= m.start && address < m.end),
    ) ?? null
  );
}
