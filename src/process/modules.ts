/** Which mappings belong together? Those of one file; and of these, those of one time that the file was mapped. */
import type { Mapping } from '../memory/mapping.js';

/** Of everything that has the name of a file, and of the vDSO: a group a file, in the order in which they begin. */
export function groupByFile(mappings: readonly Mapping[]): Mapping[][] {
  const groups = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    if (mapping.path === null || (mapping.path.startsWith('[') && mapping.path !== '[vdso]')) continue;
    const key = `${mapping.device} ${mapping.inode} ${mapping.path}`;
    const group = groups.get(key);
    if (group) group.push(mapping);
    else groups.set(key, [mapping]);
  }
  return [...groups.values()];
}

/**
 * The same, a group for each time that a file is mapped (it is, in namespaces of the dynamic linker, or to be read as data
 * before it is run): where its first page is mapped once more, or one before the last, something new begins. In address
 * order.
 */
export function groupByImage(mappings: readonly Mapping[]): Mapping[][] {
  return groupByFile(mappings)
    .flatMap(splitAtFirstPages)
    .sort((a, b) => (a[0]?.start ?? 0) - (b[0]?.start ?? 0));
}

function splitAtFirstPages(ofFile: readonly Mapping[]): Mapping[][] {
  const images: Mapping[][] = [];
  for (const mapping of ofFile) {
    const image = images.at(-1);
    if (image && mapping.fileOffset > 0 && mapping.fileOffset >= (image.at(-1)?.fileOffset ?? 0)) image.push(mapping);
    else images.push([mapping]);
  }
  return images;
}
