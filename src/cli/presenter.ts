/** What does a command need of whoever shows its results as they come? */
import type { Look, Tally } from '../many/each.js';
import type { About } from '../many/looks/from-snapshot.js';
import type { Finding, Snapshot } from '../snapshot.js';
import type { Watch, WatchEvent } from '../watch/model.js';

/** What is looked at: a process id, or the path of a core file. */
export type Target = number | string;

/** Shows results one by one. */
export interface Presenter {
  /** false: nobody reads any more. `about`: who it is, as asked before the look. */
  add(look: Look<Target>, about: About): boolean;
  /** `findings`: what is wrong among several of them. */
  end(tally: Tally, findings: readonly Finding[]): void;
}

/** Shows a watch while it goes on. */
export interface WatchPresenter {
  /**
   * After each round of looks. false: nobody reads any more.
   * @param tell the state, made only if it is shown
   * @param snapshots what this round saw, one for each process that could be looked at
   */
  round(events: readonly WatchEvent[], tell: () => Watch, snapshots: readonly Snapshot[]): boolean;
  end(watch: Watch): void;
}
