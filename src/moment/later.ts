/** What is still as it was when the copy was made? Looked at once, when it is first asked. */
import { PystackError } from '../errors.js';
import { PAGE_BYTES } from '../memory/pages.js';
import { pointerAt } from '../memory/reader.js';
import type { WordRecorder } from '../memory/touched-words.js';
import { errnoOf } from '../process/live/proc-files.js';
import { LOOK, type LookResult, type NativeProcess } from '../process/native.js';
import type { AnswerPart } from '../questions/question.js';
import type { Evidence } from '../snapshot.js';
import type { AskedThread } from './asked.js';
import type { CapturedProcess } from './captured.js';
import { osLookAt } from './frozen-threads.js';

/** Pages that are read again at a time. */
const PAGES_AGAIN = 256;

/** How often words are read again that may have been changing. */
const LOOKS_AGAIN = 4;

export class Later {
  readonly #native: NativeProcess;
  readonly #captured: CapturedProcess;
  readonly #unchanged = new Map<WordRecorder, boolean>();
  #nobodyRan: boolean | null = null;
  #look: LookResult | null = null;
  /** Of each thread of that look its place in the columns. */
  #places: ReadonlyMap<number, number> | null = null;
  /** Whether there is no such process any more: then nothing can be vouched for. */
  gone = false;

  constructor(native: NativeProcess, captured: CapturedProcess) {
    this.#native = native;
    this.#captured = captured;
  }

  /** Looks at all threads: what was read until now was read before. */
  look(): void {
    try {
      this.#look = this.#native.look();
      const places = new Map<number, number>();
      this.#look.tids.forEach((tid, index) => {
        places.set(tid, index);
      });
      this.#places = places;
    } catch (error) {
      if (!(error instanceof PystackError) && errnoOf(error) !== 'ESRCH') throw error;
      this.#places = new Map();
      this.gone = true;
    }
  }

  /** Whether this thread has not run for one instruction from its copy to the look. */
  stands({ look }: AskedThread): boolean {
    const place = look === null ? undefined : this.#places?.get(look.tid);
    if (look === null || look.runs === null || place === undefined) return false;
    return this.#look?.states[place] === LOOK.blocked && this.#look.runs[place] === look.runs;
  }

  /** Whether it is in the same system call with the same arguments, be it again. */
  isInSameCall({ look }: AskedThread): boolean {
    const place = look === null ? undefined : this.#places?.get(look.tid);
    const now = place === undefined || this.#look === null ? null : osLookAt(this.#look, place);
    if (!look?.syscall || !now?.syscall || look.syscall.number !== now.syscall.number) return false;
    const then = look.syscall.args;
    return now.syscall.args.every((argument, i) => argument === then[i]);
  }

  /** Whether none of Python's threads has run, so that nobody can have changed an object. False: nobody looked. */
  get nobodyRan(): boolean {
    this.#nobodyRan ??=
      this.#places !== null &&
      this.#captured.threads.every((thread) => this.stands(thread) || (thread.tid === null && thread.settled));
    return this.#nobodyRan;
  }

  /** Whether every word that was read through `memory` is the same when this is first asked. */
  isUnchanged(memory: WordRecorder): boolean {
    let unchanged = this.#unchanged.get(memory);
    if (unchanged === undefined) {
      unchanged = this.#readAgain(memory);
      this.#unchanged.set(memory, unchanged);
    }
    return unchanged;
  }

  /**
   * How a part of an answer is known: the only thread that changes it has not run; or every word that it was read from is
   * the same again and again, read each time all at once. Words that change and change back in between would have to do so
   * each time.
   */
  evidenceOf({ tid, words }: AnswerPart): Evidence {
    const thread = tid === null ? undefined : this.#captured.threads.find((one) => one.tid === tid);
    if (thread && this.stands(thread)) return 'still';
    if (words === null || words.length === 0 || this.gone) return 'none';
    const pages = [...new Set(evenOf(words).map((address) => Math.floor(address / PAGE_BYTES)))];
    const index = new Map(pages.map((page, i) => [page, i]));
    const addresses = Float64Array.from(pages, (page) => page * PAGE_BYTES);
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    const ok = new Uint8Array(pages.length);
    const view = new DataView(bytes.buffer);
    for (let n = 0; n < LOOKS_AGAIN; n++) {
      if (this.#native.readPages(addresses, bytes, ok) < pages.length) return 'none';
      for (let i = 0; i < words.length; i += 2) {
        const address = words[i] ?? 0;
        const page = Math.floor(address / PAGE_BYTES);
        const at = (index.get(page) ?? 0) * PAGE_BYTES + address - page * PAGE_BYTES;
        if (pointerAt(view, at) !== words[i + 1]) return 'none';
      }
    }
    return 'agreed';
  }

  #readAgain(memory: WordRecorder): boolean {
    const pages = [...memory.pages.keys()];
    // In parts, so that the same few pages of our own serve for all.
    const most = Math.min(pages.length, PAGES_AGAIN);
    const bytes = new Uint8Array(most * PAGE_BYTES);
    const ok = new Uint8Array(most);
    for (let from = 0; from < pages.length; from += most) {
      const part = pages.slice(from, from + most);
      const into = bytes.subarray(0, part.length * PAGE_BYTES);
      this.#native.readPages(
        Float64Array.from(part, (page) => page * PAGE_BYTES),
        into,
        ok.subarray(0, part.length),
      );
      const isSame = part.every((page, i) =>
        memory.isSame(page, ok[i] === 1 ? into.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES) : null),
      );
      if (!isSame) return false;
    }
    return true;
  }
}

/** Addresses and values by turns: the addresses. */
function evenOf(words: readonly number[]): number[] {
  return words.filter((_, i) => i % 2 === 0);
}
