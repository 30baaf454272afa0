/** What is read of a string, in whichever form it is stored? */
import type { Address } from '../memory/address.js';

/** The first characters of a string, as they are stored. */
export interface Characters {
  /** Where the first of them lies; null: there is none. */
  start: Address | null;
  /** `kind` bytes each. May alias the reader's storage. */
  view: DataView;
  kind: 1 | 2 | 4;
  /** Of the whole object. */
  length: number;
}
