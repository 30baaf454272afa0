/** What is still as it was when the copy was made? Looked at once, when it is first asked. */
import { PystackError } from '../errors.js';
import { PAGE_BYTES } from '../memory/pages.js';
import type { WordRecorder } from '../memory/touched-words.js';
import { errnoOf } from '../process/live/proc-files.js';
import type { NativeProcess } from '../process/native.js';
import type { OsLook } from '../process/process.js';
import type { AskedThread } from './asked.js';
import type { CapturedProcess } from './captured.js';
import { osLookAt } from './frozen-threads.js';

export class Later {
  readonly #native: NativeProcess;
  readonly #captured: CapturedProcess;
  readonly #unchanged = new Map<WordRecorder, boolean>();
  #nobodyRan: boolean | null = null;
  #looks: ReadonlyMap<number, OsLook> | null = null;
  /** Whether there is no such process any more: then nothing can be vouched for. */
  gone = false;

  constructor(native: NativeProcess, captured: CapturedProcess) {
    this.#native = native;
    this.#captured = captured;
  }

  /** Looks at all threads: what was read until now was read before. */
  look(): void {
    try {
      const look = this.#native.look();
      this.#looks = new Map([...look.tids].map((tid, index) => [tid, osLookAt(look, index)]));
    } catch (error) {
      if (!(error instanceof PystackError) && errnoOf(error) !== 'ESRCH') throw error;
      this.#looks = new Map();
      this.gone = true;
    }
  }

  /** Whether this thread has not run for one instruction from its copy to the look. */
  stands({ look }: AskedThread): boolean {
    const now = look ? this.#looks?.get(look.tid) : undefined;
    return look !== null && now?.running === false && look.runs !== null && now.runs === look.runs;
  }

  /** Whether it is in the same system call with the same arguments, be it again. */
  isInSameCall({ look }: AskedThread): boolean {
    const now = look && this.#looks?.get(look.tid);
    if (!look?.syscall || !now?.syscall || look.syscall.number !== now.syscall.number) return false;
    const then = look.syscall.args;
    return now.syscall.args.every((argument, i) => argument === then[i]);
  }

  /** Whether none of Python's threads has run, so that nobody can have changed an object. False: nobody looked. */
  get nobodyRan(): boolean {
    this.#nobodyRan ??=
      this.#looks !== null &&
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

  #readAgain(memory: WordRecorder): boolean {
    const pages = [...memory.pages.keys()];
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    const ok = new Uint8Array(pages.length);
    this.#native.readPages(
      Float64Array.from(pages, (page) => page * PAGE_BYTES),
      bytes,
      ok,
    );
    return pages.every((page, i) =>
      memory.isSame(page, ok[i] === 1 ? bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES) : null),
    );
  }
}
