/** What if a structure turns up that the version at hand has none of? Then something is not what it seems. */
import { CorruptData } from '../../memory/reader.js';

/** `part`, a member of a layout that only some versions have; `name` is its name. Throws CorruptData where it is absent. */
export function needed<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new CorruptData(`this version of Python has no ${name}`);
  return part;
}
