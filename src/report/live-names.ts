/**
 * The names of a running process's threads: read before the capture and looked at again after it. Most often nothing has
 * changed, and to see that the same bytes are still there is much cheaper than to read a thousand names anew.
 */

import { PAGE_BYTES, PagedMemory } from '../memory/pages.js';
import { WordRecorder } from '../memory/touched-words.js';
import { pagesOf } from '../moment/rehearse.js';
import type { NativeProcess } from '../process/native.js';
import { Python, type PythonRuntime } from '../python/python.js';
import { readInterpreters, type ThreadStateWalk } from '../python/runtime.js';
import { agreeing, hasName, type Names, noNames, readNames, withMore } from './thread-names.js';

/** Readings until two agree on all threads shown; threads come and go, so it is bounded. */
const READINGS = 10;

export class LiveNames {
  readonly #process: NativeProcess;
  readonly #python: PythonRuntime;
  readonly #memory: WordRecorder;
  readonly #first: Names;

  /** Reads them for the first time. Throws MemoryFault or CorruptData when not even the runtime can be read. */
  constructor(process: NativeProcess, python: PythonRuntime) {
    this.#process = process;
    this.#python = python;
    this.#memory = new WordRecorder(pagesOf(process));
    const over = new Python(python, this.#memory);
    this.#first = readNames(over, { interpreters: readInterpreters(over) });
  }

  /** Names that two consecutive readings agree on, of these threads if they can be had. */
  settle(wanted: readonly ThreadStateWalk[]): Names {
    if (this.#first.problems.length === 0 && this.#isUnchanged()) return this.#first;
    let before = this.#first;
    let agreed = noNames();
    for (let n = 0; n < READINGS; n++) {
      const now = this.#read();
      agreed = withMore(agreed, agreeing(before, now));
      // A thread without a name in either reading has none, or is not known to `threading`. In one alone it may have been
      // missed: the dict that it stands in was just growing.
      const isSettled = (state: ThreadStateWalk) =>
        hasName(agreed, state) || !(hasName(before, state) || hasName(now, state));
      if (now.problems.length === 0 && wanted.every(isSettled)) break;
      before = now;
    }
    return agreed;
  }

  #read(): Names {
    const python = new Python(this.#python, new PagedMemory(pagesOf(this.#process)));
    return readNames(python, { interpreters: readInterpreters(python) });
  }

  /** Whether every word that the first reading read is still the same. */
  #isUnchanged(): boolean {
    const pages = [...this.#memory.pages.keys()];
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    const ok = new Uint8Array(pages.length);
    this.#process.readPages(
      Float64Array.from(pages, (page) => page * PAGE_BYTES),
      bytes,
      ok,
    );
    return pages.every((page, i) =>
      this.#memory.isSame(page, ok[i] === 1 ? bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES) : null),
    );
  }
}
