/**
 * How are looks put together? A set of them, one for each process: the later look at the same process replaces the
 * earlier one. So it does not matter in which order sets are merged, how they were divided, or whether one is merged
 * twice: the result is the same.
 */
import type { LookInfo, ProcessLook } from './model.js';
import { Tables } from './tables.js';

/** Numbers for each thread: name, tid, stack, state, flags, for how long it has not run (ms). */
export const THREAD_FIELDS = 6;

/** Bits of the flags. */
export const FLAG = { main: 1, faulting: 2, inconsistent: 4, truncated: 8, inFinding: 16 } as const;

/** What fits its place: 24 days. */
export const MAX_STILL_MS = 2 ** 31 - 1;

export interface StoredLook {
  readonly info: LookInfo;
  /** {@link THREAD_FIELDS} a thread; texts and stacks are numbers into the set's tables, -1 for null. */
  readonly threads: Int32Array;
}

/** One thread of a stored look. */
export interface StoredThread {
  readonly name: number;
  readonly tid: number;
  readonly stack: number;
  readonly state: number;
  readonly flags: number;
  readonly stillMs: number;
}

export class LookSet {
  readonly tables = new Tables();
  readonly #looks = new Map<string, StoredLook>();
  /** So that a thousand hosts' equal texts are one. */
  readonly #canonical = new Map<string, string>();

  get size(): number {
    return this.#looks.size;
  }

  add({ info, threads }: ProcessLook): void {
    const { tables } = this;
    const numbers = threads.flatMap((thread) => {
      const { name, tid, state, isMain, faulting, inconsistent, truncated, inFinding, stillMs, stack } = thread;
      return [
        tables.text(name),
        tid ?? -1,
        tables.addStack(stack),
        tables.text(state),
        (isMain ? FLAG.main : 0) |
          (faulting ? FLAG.faulting : 0) |
          (inconsistent ? FLAG.inconsistent : 0) |
          (truncated ? FLAG.truncated : 0) |
          (inFinding ? FLAG.inFinding : 0),
        stillMs === null ? -1 : Math.min(Math.floor(stillMs), MAX_STILL_MS),
      ];
    });
    this.addStored({ info, threads: Int32Array.from(numbers) });
  }

  /** Of a look whose numbers are of this set's tables. */
  addStored(look: StoredLook): void {
    const key = keyOf(look.info);
    const known = this.#looks.get(key);
    if (known && !this.#replaces(look, known)) return;
    this.#looks.set(key, { info: this.#withOwnTexts(look.info), threads: look.threads });
  }

  /** All looks, in an order that depends on nothing but what they are. */
  sorted(): StoredLook[] {
    return [...this.#looks].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, look]) => look);
  }

  /** Later is better; of two at one instant it has to be the same one, whichever comes first. */
  #replaces(look: StoredLook, known: StoredLook): boolean {
    if (look.info.at !== known.info.at) return look.info.at > known.info.at;
    return this.#spelled(look) > this.#spelled(known);
  }

  #spelled({ info, threads }: StoredLook): string {
    const told = [...threadsOf(threads)].map(({ name, tid, stack, state, flags, stillMs }) => [
      this.tables.textOf(name),
      tid,
      this.tables.runsOf(stack).map(({ times, frames }) => [times, frames.map((frame) => this.tables.frameOf(frame))]),
      this.tables.textOf(state),
      flags,
      stillMs,
    ]);
    return JSON.stringify([Object.entries(info).sort(), told]);
  }

  #withOwnTexts(info: LookInfo): LookInfo {
    const one = (text: string) => {
      const known = this.#canonical.get(text);
      if (known !== undefined) return known;
      this.#canonical.set(text, text);
      return text;
    };
    const env = Object.fromEntries(Object.entries(info.env).map(([name, value]) => [one(name), one(value)]));
    const { host, command, python } = info;
    return { ...info, env, host: one(host), command: command && one(command), python: python && one(python) };
  }
}

/** What makes two looks be of one process. */
export function keyOf({ host, pid, start, core }: LookInfo): string {
  // Padded, so that the order of keys is the order of numbers.
  const number = (value: number | null) => (value === null ? '' : String(value).padStart(12, '0'));
  return `${host}\0${core ?? ''}\0${number(pid)}\0${number(start)}`;
}

export function* threadsOf(numbers: Int32Array): Generator<StoredThread> {
  for (let at = 0; at + THREAD_FIELDS <= numbers.length; at += THREAD_FIELDS) {
    const [name = -1, tid = -1, stack = -1, state = -1, flags = 0, stillMs = -1] = numbers.subarray(
      at,
      at + THREAD_FIELDS,
    );
    yield { name, tid, stack, state, flags, stillMs };
  }
}
