/** Does an address lie in one of many ranges? */
import type { MemoryRange } from './module.js';

/** A quick test whether an address lies in one of `ranges`, which are in order and do not overlap. */
export function membership(ranges: readonly MemoryRange[]): (address: number) => boolean {
  return (address) => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = ranges[middle];
      if (range === undefined || address < range.start) high = middle;
      else if (address >= range.end) low = middle + 1;
      else return true;
    }
    return false;
  };
}
