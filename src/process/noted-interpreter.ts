/** Where did whoever made a copy find the interpreter? */
import type { Address } from '../memory/address.js';

export interface NotedInterpreter {
  /** Of `_PyRuntime`; before 3.7 of `interp_head`. */
  readonly address: Address;
  /** 3.14+: of the table by which `_asyncio` describes its structures; null: it was not found. */
  readonly asyncioTable?: Address | null;
  /** Before 3.7: of the global variables that were found, by name. */
  readonly globals?: Readonly<Record<string, number>>;
  /** Path of the file that holds it. */
  readonly library: string | null;
  readonly version: {
    readonly major: number;
    readonly minor: number;
    readonly patch: number | null;
    readonly releaseLevel: 'alpha' | 'beta' | 'candidate' | 'final' | null;
    readonly serial: number | null;
  };
  readonly freeThreaded: boolean;
  /** As in Snapshot.python. */
  readonly debugBuild: boolean | null;
}
