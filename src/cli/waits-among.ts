/** What do all that are looked at wait for, of each other and of others? Whom to look at as well, and what is wrong among them. */
import { PystackError } from '../errors.js';
import { findingsAmong, type WaitingProcess, waitsOf } from '../many/waits/among.js';
import { Followed, MOST_FOLLOWED } from '../many/waits/followed.js';
import type { InspectOptions } from '../options.js';
import type { Finding, Snapshot } from '../snapshot.js';
import type { Pipeline } from './pipeline.js';

export class WaitsAmong {
  readonly #processes: WaitingProcess[] = [];
  readonly #followed: Followed | null;

  /** `follow`: whether those that are waited for are looked at as well. */
  constructor(follow: boolean, targets: readonly number[]) {
    this.#followed = follow ? new Followed(targets) : null;
  }

  /** Processes that have to be looked at as well. */
  add(snapshot: Snapshot): number[] {
    this.#processes.push(waitsOf(snapshot));
    return this.#followed?.from(snapshot) ?? [];
  }

  /** What has to be said of those that were not followed; null: nothing. */
  get remark(): string | null {
    return this.#followed?.isCut
      ? `more than ${MOST_FOLLOWED} processes are waited for: the others were not followed`
      : null;
  }

  /** Those in a ring are looked at once more, without what is only shown. */
  findings(pipeline: Pipeline, options: InspectOptions): Promise<Finding[]> {
    return findingsAmong(this.#processes, async (pid) => {
      try {
        return await pipeline.inspectProcess(pid, { ...options, native: 'off', locals: false, tasks: false });
      } catch (error) {
        // It has ended meanwhile, or may not be looked at any more.
        if (error instanceof PystackError) return null;
        throw error;
      }
    });
  }
}
