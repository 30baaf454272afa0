/** What is read of a GIL, wherever its version keeps it? */
import type { Address } from '../memory/address.js';
import type { Range } from '../memory/ranges.js';

/** `struct _gil_runtime_state`, and the addresses that a thread waiting for it blocks on. */
export interface GilWalk {
  address: Address;
  /** false only in free-threaded builds that run without it. */
  enabled: boolean;
  locked: boolean;
  /** PyThreadState that took it last; it still holds it if `locked`. */
  last_holder: Address | null;
  /** `cond` and `mutex`: where a thread waits that wants the GIL; null: not known where. */
  taking: readonly Range[] | null;
  /** `switch_cond` and `switch_mutex`: where a thread waits that has dropped it on request; null: not known where. */
  switching: readonly Range[] | null;
}
