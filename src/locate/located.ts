/** What is known of an interpreter that was found? */
import type { Address } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import type { Range } from '../memory/ranges.js';
import type { Layout } from '../python/layouts/layout.js';
import type { GlobalAddresses } from '../python/layouts/old-layout.js';
import type { LooseStacks } from '../python/lost/loose-frames.js';
import type { PythonVersion } from './python-version.js';
import type { Attempt, StrategyName } from './strategy.js';

/** A found interpreter. It is what the walk over CPython's structures starts from. */
export interface Located {
  /** Of `_PyRuntime`; before 3.7 of `interp_head`. null: it is lost, and `strays` are all there is. */
  readonly address: Address | null;
  /** Thread states that no list leads to any more, found by what their threads point to themselves by. */
  readonly strays: readonly Address[];
  /** Only where not one thread state is left either: calls that were found by their code. */
  readonly loose?: LooseStacks;
  readonly layout: Layout;
  /** Before 3.7: where the other variables are. */
  readonly globals?: GlobalAddresses;
  /** 3.14+: where `_asyncio` describes its structures; null: nowhere that could be found. */
  readonly asyncioTable: Address | null;
  readonly version: PythonVersion;
  readonly freeThreaded: boolean;
  /** Whether it was built with `--with-pydebug`; null: not known. */
  readonly debugBuild: boolean | null;
  /** Whether it is a version newer than any known, read as far as it describes itself: worth a warning. */
  readonly approximate: boolean;
  /** The file that holds the interpreter, as the target sees it; null: none (anonymous memory). */
  readonly library: string | null;
  /** Its first mapping. */
  readonly moduleMapping: Mapping | null;
  readonly strategy: StrategyName;
  /** Of a process that does not run: names of types by address, as the symbols of that file tell. */
  readonly types?: ReadonlyMap<number, string>;
  /** Where files are mapped. */
  readonly files?: readonly Range[];
  /** What was tried, in order. */
  readonly attempts: readonly Attempt[];
  /** More places that hold a proven interpreter of their own; the one with most threads was taken. */
  readonly others: readonly OtherInterpreter[];
}

export type OtherInterpreter = Pick<Located, 'version' | 'library'> & { readonly address: Address };
