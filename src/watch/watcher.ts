/**
 * How are processes watched? Each is opened once and looked at in rounds; one that cannot be looked at is told as such and
 * the others go on. When the rounds are, and what becomes of the events, is the caller's.
 */
import { type ErrorCode, PystackError } from '../errors.js';
import type { ProcessSession } from '../session.js';
import type { Snapshot } from '../snapshot.js';
import { type EventKind, WATCH_VERSION, type Watch, type WatchEvent } from './model.js';
import type { Until } from './until.js';
import { WatchedPid } from './watched-process.js';

export interface WatchSettings {
  /** Looks on end for which something has to hold before it is said. */
  readonly patience: number;
  /** Time from look to look, ms. */
  readonly everyMs: number;
}

/** What the watch cost this program. */
export interface Cost {
  /** CPU time until the first round was over, ms: starting, opening, locating. */
  readonly beginMs: number;
  /** CPU time since, as a share of one CPU. */
  readonly share: number;
}

/** What may be over in a moment: the next round tries again. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['not-initialized', 'unreadable-memory', 'internal']);

export class Watcher {
  readonly #processes: readonly WatchedPid[];
  readonly #sessions = new Map<number, ProcessSession>();
  /** Those that will not be tried again. */
  readonly #lost = new Map<number, PystackError>();
  #rounds = 0;
  #fromMs = 0;
  #toMs = 0;

  /** @param open as openProcess of the library */
  constructor(
    pids: readonly number[],
    private readonly open: (pid: number) => Promise<ProcessSession>,
    private readonly settings: WatchSettings,
  ) {
    this.#processes = pids.map((pid) => new WatchedPid(pid, settings.patience));
  }

  get processes(): readonly WatchedPid[] {
    return this.#processes;
  }

  /** What the last round saw, of those that could be looked at. */
  get snapshots(): Snapshot[] {
    return this.#processes.flatMap(({ snapshot, canBeSeen }) => (canBeSeen && snapshot ? [snapshot] : []));
  }

  /** Whether there is nothing left to look at. */
  get isOver(): boolean {
    return this.#processes.every(({ pid, hasEnded }) => hasEnded || this.#lost.has(pid));
  }

  /** Looks at each once. Events in order. @param now ms since the epoch */
  async *round(now: () => number): AsyncGenerator<WatchEvent> {
    this.#rounds++;
    for (const one of this.#processes) {
      if (one.hasEnded || this.#lost.has(one.pid)) continue;
      yield* await this.#look(one, now);
    }
    this.#toMs = now();
    if (this.#rounds === 1) this.#fromMs = this.#toMs;
  }

  /** Something else that is told of a process. */
  note({ pid }: { readonly pid: number }, event: EventKind, message: string, atMs: number): WatchEvent[] {
    const one = this.#processes.find((process) => process.pid === pid);
    return one ? [one.note(event, message, this.#rounds, atMs)] : [];
  }

  /** Those of which the condition holds. */
  holding(until: Until): WatchedPid[] {
    return this.#processes.filter((one) => !one.hasEnded && CONDITIONS[until](one));
  }

  /** Why those that cannot be looked at cannot, by their ids. What has ended since it was looked at is none of them. */
  get failures(): ReadonlyMap<number, PystackError> {
    return this.#lost;
  }

  told({ beginMs, share }: Cost, until: Until | null): Watch {
    return {
      schemaVersion: WATCH_VERSION,
      kind: 'watch',
      from: new Date(this.#fromMs).toISOString(),
      to: new Date(this.#toMs).toISOString(),
      everyMs: this.settings.everyMs,
      patience: this.settings.patience,
      looks: this.#rounds,
      firstLookMs: beginMs,
      cost: share,
      until,
      processes: this.#processes.map((one) => one.told()),
    };
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  async #look(one: WatchedPid, now: () => number): Promise<WatchEvent[]> {
    try {
      let session = this.#sessions.get(one.pid);
      if (!session) {
        session = await this.open(one.pid);
        this.#sessions.set(one.pid, session);
      }
      return one.add(await session.lookAgain(), this.#rounds, now());
    } catch (error) {
      if (!(error instanceof PystackError)) throw error;
      const ended = error.code === 'process-exited' || (error.code === 'zombie' && one.snapshot !== null);
      if (!ended && !PASSING.has(error.code)) this.#lost.set(one.pid, error);
      if (ended || this.#lost.has(one.pid)) {
        this.#sessions.get(one.pid)?.close();
        this.#sessions.delete(one.pid);
      }
      return one.fail(error.message, ended, this.#rounds, now());
    }
  }
}

const CONDITIONS: Readonly<Record<Until, (one: WatchedPid) => boolean>> = {
  stuck: ({ verdict }) => verdict === 'stuck',
  'held-up': ({ verdict, hasStuck }) => verdict === 'stuck' || hasStuck,
  still: ({ verdict }) => verdict === 'stuck' || verdict === 'still',
  finding: ({ hasFinding }) => hasFinding,
};
