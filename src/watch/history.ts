/**
 * Does a thread go on? From look to look each is compared with what it was, and what that says over all looks is kept: since
 * when it is in its place, how often it went on, the deepest call that never changed. Grows with threads, not with looks.
 */
import type { Step, WatchedThread } from './model.js';
import { constantDepth, sameCalls } from './places.js';
import type { SeenThread, Standing } from './threads.js';

/** What is kept of a thread. */
interface Kept {
  seen: SeenThread;
  step: Step;
  /** When it was first found in its place, ms since the epoch. */
  sinceMs: number;
  /** Looks on end in its place. */
  looks: number;
  wentOn: number;
  seenRunning: number;
  seenTimes: number;
  /** Most looks on end in one place after which it went on, by what it stood in there. */
  readonly longestStays: Map<Standing, number>;
  /** Looks on end in its place at which it had no CPU. */
  asleep: number;
  /** How many of its calls, from the outermost on, were there at every look. */
  constant: number;
  isStuck: boolean;
}

/** How threads came and went, and which of them has begun or ceased to be stuck. */
export interface Changes {
  readonly started: readonly WatchedThread[];
  readonly ended: readonly WatchedThread[];
  readonly stuck: readonly WatchedThread[];
  readonly wentOn: readonly WatchedThread[];
}

export class History {
  readonly #threads = new Map<string, Kept>();
  /** Of the look before: told once more where nobody has run. */
  #last: readonly SeenThread[] = [];

  /** @param patience looks on end for which something has to hold before it is said */
  constructor(private readonly patience: number) {}

  /**
   * The next look, in order of time.
   * @param stood kernel ids of threads that have not run since the look before
   * @param atMs when it was, ms since the epoch
   */
  add(threads: readonly SeenThread[], stood: ReadonlySet<number>, atMs: number): Changes {
    const changes = { started: [], ended: [], stuck: [], wentOn: [] } as Record<keyof Changes, WatchedThread[]>;
    if (threads !== this.#last) {
      const now = new Set(threads.map(({ key }) => key));
      for (const [key, kept] of this.#threads) {
        if (now.has(key)) continue;
        this.#threads.delete(key);
        changes.ended.push(told(kept));
      }
      this.#last = threads;
    }
    for (const thread of threads) {
      const before = this.#threads.get(thread.key);
      if (before) this.#next(before, thread, stood, atMs);
      else {
        const kept = this.#first(thread, atMs);
        this.#threads.set(thread.key, kept);
        changes.started.push(told(kept));
      }
    }
    const nobodyElse = this.pace() === 'still';
    for (const kept of this.#threads.values()) {
      const wasStuck = kept.isStuck;
      kept.isStuck = this.#isStuck(kept, nobodyElse);
      if (kept.isStuck && !wasStuck) changes.stuck.push(told(kept));
      if (wasStuck && !kept.isStuck) changes.wentOn.push(told(kept));
    }
    return changes;
  }

  /** As of the last look: those that are stuck first, then in the order of that look. */
  threads(): WatchedThread[] {
    const all = [...this.#threads.values()].map(told);
    return [...all.filter(({ isStuck }) => isStuck), ...all.filter(({ isStuck }) => !isStuck)];
  }

  #first(seen: SeenThread, atMs: number): Kept {
    return {
      seen,
      step: 'new',
      sinceMs: seen.stillMs === null ? atMs : atMs - seen.stillMs,
      looks: 1,
      wentOn: 0,
      seenRunning: seen.running === true ? 1 : 0,
      seenTimes: 1,
      longestStays: new Map(),
      asleep: seen.running === false ? 1 : 0,
      constant: seen.calls.length,
      isStuck: false,
    };
  }

  /** The thread is where and what it was, or somewhere else. */
  #next(kept: Kept, seen: SeenThread, stood: ReadonlySet<number>, atMs: number): void {
    const step = stepOf(kept.seen, seen, stood);
    kept.step = step;
    kept.seenTimes++;
    if (seen.running === true) kept.seenRunning++;
    // What is not known to be of one moment says nothing of where it is, nor that it is elsewhere.
    if (step === 'unknown') {
      kept.asleep = 0;
      kept.seen = { ...seen, calls: kept.seen.calls };
      return;
    }
    if (step === 'goes-on') {
      const { standing } = kept.seen;
      kept.longestStays.set(standing, Math.max(kept.longestStays.get(standing) ?? 0, kept.looks));
      kept.wentOn++;
      kept.looks = 0;
      kept.asleep = 0;
      kept.sinceMs = atMs;
      kept.constant = Math.min(kept.constant, constantDepth(kept.seen.calls, seen.calls));
    }
    kept.looks++;
    kept.asleep = seen.running === false ? kept.asleep + 1 : 0;
    kept.seen = seen;
  }

  /** Whether one of them has stood too long. */
  get hasStuck(): boolean {
    for (const { isStuck } of this.#threads.values()) if (isStuck) return true;
    return false;
  }

  /** Whether any of them goes on, as far as the last looks tell. */
  pace(): 'going-on' | 'busy' | 'still' {
    let isBusy = false;
    for (const kept of this.#threads.values()) {
      if (this.#goesOn(kept)) return 'going-on';
      if (kept.asleep < this.patience) isBusy = true;
    }
    return isBusy ? 'busy' : 'still';
  }

  #goesOn({ step, wentOn, looks }: Kept): boolean {
    return step === 'goes-on' || (wentOn > 0 && looks < this.patience);
  }

  /**
   * It is in the same place for as many looks as are asked for, at none of which it had a CPU, and longer than it ever
   * stood in a wait of that kind before it went on, by half. And it waits for what another is meant to let go of,
   * who does not go on either; or it went on before, and does not
   * wait for work; or it is the main thread, and waits for what others have to do while none of them goes on.
   */
  #isStuck({ looks, asleep, longestStays, wentOn, step, seen }: Kept, nobodyElse: boolean): boolean {
    const enough = Math.max(this.patience, Math.ceil((longestStays.get(seen.standing) ?? 0) * 1.5) + 1);
    if (Math.min(looks, asleep) < enough) return false;
    if (step === 'stands' && seen.endsByItself) return false;
    if (seen.standing === 'blocked') return !seen.heldBy.some((key) => this.#mayLetGo(key));
    if (wentOn === 0 || seen.standing === 'input') return false;
    return seen.standing === 'unknown' || (seen.isMain && nobodyElse);
  }

  /** Whether who has it goes on or computes. */
  #mayLetGo(key: string): boolean {
    const holder = this.#threads.get(key);
    return holder !== undefined && (this.#goesOn(holder) || holder.asleep < this.patience);
  }
}

/** What it did from one look to the next. */
function stepOf(before: SeenThread, now: SeenThread, stood: ReadonlySet<number>): Step {
  // The very same: nobody of the process has run.
  if (before === now || (now.standsWith !== null && stood.has(now.standsWith) && sameCalls(before.calls, now.calls)))
    return 'stands';
  if (!now.consistent) return 'unknown';
  if (!sameCalls(before.calls, now.calls)) return 'goes-on';
  return now.running === true ? 'busy' : 'returns';
}

function told(kept: Kept): WatchedThread {
  const { seen, step, sinceMs, looks, wentOn, seenRunning, seenTimes, constant, isStuck } = kept;
  return {
    tid: seen.tid,
    task: seen.task,
    name: seen.name,
    isMain: seen.isMain,
    step,
    since: new Date(sinceMs).toISOString(),
    looks,
    wentOn,
    seenRunning,
    seen: seenTimes,
    at: seen.calls.at(-1)?.place ?? null,
    constant: seen.calls[constant - 1]?.place ?? null,
    waitsFor: seen.waitsFor,
    isStuck,
  };
}
