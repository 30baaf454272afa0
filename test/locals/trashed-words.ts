/**
 * What does a wrong word in a core cost? Each word that reading its values takes is replaced, one at a time and by each
 * kind of garbage: in memory, as if the core were so. Whatever becomes of the values that need the word, nothing may be
 * thrown, nothing may take long, and every other value must be what it was.
 */
import { Walk } from '../../src/capture/walker.js';
import type { PythonRuntime } from '../../src/cpython/runtime.js';
import { ValueReader } from '../../src/cpython/values/index.js';
import { locate } from '../../src/locate/locate.js';
import { InvalidAddress, toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, PagedMemory, type PageSource } from '../../src/memory/pages.js';
import { MemoryFault, type MemoryReader } from '../../src/memory/reader.js';
import { WordRecorder } from '../../src/memory/touched-words.js';
import { DEFAULT_LOCALS } from '../../src/options.js';
import type { Value } from '../../src/snapshot.js';
import { openCoreTarget } from '../../src/target/core/index.js';

export interface Damage {
  readonly values: number;
  /** Words that reading them takes. */
  readonly words: number;
  readonly trials: number;
  /** Values that came out differently, each time because they need the word. */
  readonly changed: number;
  /** The longest that a trial took, ms. */
  readonly slowestMs: number;
  /** What must not be, in words. */
  readonly wrong: readonly string[];
}

/** What a word becomes, by name; `own`: where the word is, `other`: an object somewhere else. */
const GARBAGE: Readonly<Record<string, (own: number, was: bigint, other: number) => bigint>> = {
  null: () => 0n,
  misaligned: (_, was) => was ^ 4n,
  itself: (own) => BigInt(own),
  'another object': (_, __, other) => BigInt(other),
  'a kernel address': () => 0xffff_8880_0000_1000n,
  unmapped: () => 0x1234_5678_9000n,
  huge: () => 0x7fff_ffff_ffff_fff8n,
  'all ones': () => 0xffff_ffff_ffff_ffffn,
};
export const KINDS = Object.keys(GARBAGE);

/** Reading the values of a trial takes far less; ms. */
const AT_ONCE_MS = 5000;

/** Values read after those that need the trashed word: others each time. */
const OTHERS_A_TRIAL = 10;

/** The pages of a core, each once, to be written to. */
class OwnPages implements PageSource {
  readonly #memory: MemoryReader;
  readonly #pages = new Map<number, DataView | null>();

  constructor(memory: MemoryReader) {
    this.#memory = memory;
  }

  fetch(page: number): DataView | null {
    let view = this.#pages.get(page);
    if (view === undefined) {
      view = this.#copy(page);
      this.#pages.set(page, view);
    }
    return view;
  }

  #copy(page: number): DataView | null {
    try {
      const view = this.#memory.read(toAddress(page * PAGE_BYTES), PAGE_BYTES);
      return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + PAGE_BYTES));
    } catch (error) {
      if (error instanceof MemoryFault || error instanceof InvalidAddress) return null;
      throw error;
    }
  }

  /** Replaces a word, and returns what it was. */
  write(address: number, word: bigint): bigint {
    const page = Math.floor(address / PAGE_BYTES);
    const view = this.fetch(page);
    if (!view) throw new Error('a word that was read is not there');
    const was = view.getBigUint64(address - page * PAGE_BYTES, true);
    view.setBigUint64(address - page * PAGE_BYTES, word, true);
    return was;
  }
}

/** What all variables of all frames point to. */
function objectsIn(python: PythonRuntime, memory: MemoryReader): number[] {
  const seen = new Set<number>();
  class Noting extends ValueReader {
    override read(pointer: number): Value {
      seen.add(pointer);
      return super.read(pointer);
    }
  }
  const walk = new Walk(python, memory, null, new Noting(memory, python.layout, DEFAULT_LOCALS));
  for (const state of walk.shared().threadStates) walk.thread(state);
  return [...seen];
}

function wordsOf(memory: WordRecorder): number[] {
  const found: number[] = [];
  for (const [page, { words }] of memory.pages) {
    if (!words) continue;
    for (let word = 0; word < PAGE_BYTES / 8; word++) {
      if ((words[word >>> 5] ?? 0) & (1 << (word & 31))) found.push(page * PAGE_BYTES + 8 * word);
    }
  }
  return found;
}

export interface DamageOptions {
  /** Trials; all there are, if that is fewer. */
  readonly most: number;
  /** ms */
  readonly withinMs: number;
  readonly say?: (done: string) => void;
}

/** {@link trashWords} of a core file. */
export async function trashWordsOf(core: string, options: DamageOptions): Promise<Damage> {
  const target = await openCoreTarget(core);
  try {
    return trashWords(locate(target), target.memory, options);
  } finally {
    target.close();
  }
}

/**
 * Tries words of the values in a core: all of them, or as many as `most` trials allow, evenly spread, within `withinMs`.
 * `say` is told how far it is.
 */
function trashWords(
  python: PythonRuntime,
  core: MemoryReader,
  { most, withinMs, say = () => {} }: DamageOptions,
): Damage {
  const pages = new OwnPages(core);
  const readerOf = (memory: MemoryReader) => new ValueReader(memory, python.layout, DEFAULT_LOCALS);
  const objects = objectsIn(python, new PagedMemory(pages));
  const whole = objects.map((pointer) => {
    const memory = new WordRecorder(pages);
    const value = readerOf(memory).read(pointer);
    return { pointer, value, words: new Set(wordsOf(memory)) };
  });
  const words = [...new Set(whole.flatMap(({ words }) => [...words]))].sort((a, b) => a - b);
  const all = words.length * KINDS.length;
  const step = Math.max(1, all / most);
  const started = performance.now();
  const wrong: string[] = [];
  let [trials, changed, slowestMs] = [0, 0, 0];
  for (let at = 0; at < all && wrong.length < 20; at += step) {
    if (performance.now() - started > withinMs) break;
    const trial = Math.floor(at);
    const word = words[Math.floor(trial / KINDS.length)] ?? 0;
    const kind = KINDS[trial % KINDS.length] ?? '';
    const other = objects[trial % objects.length] ?? 0;
    const was = pages.write(word, 0n);
    pages.write(word, BigInt.asUintN(64, GARBAGE[kind]?.(word, was, other) ?? 0n));
    const what = `${kind} at 0x${word.toString(16)}`;
    const before = performance.now();
    try {
      const values = readerOf(new PagedMemory(pages));
      // First those that need it: what they make of it is what might be passed on to others.
      for (const { pointer, value } of whole.filter(({ words: needed }) => needed.has(word))) {
        if (!sameValue(values.read(pointer), value)) changed++;
      }
      for (let i = 0; i < OTHERS_A_TRIAL; i++) {
        const one = whole[(trials * OTHERS_A_TRIAL + i) % whole.length];
        if (!one || one.words.has(word)) continue;
        const now = values.read(one.pointer);
        if (!sameValue(now, one.value)) wrong.push(`${what}: ${one.value.repr} became ${now.repr}, not needing it`);
      }
    } catch (error) {
      wrong.push(`${what}: ${String(error)}`);
    }
    const tookMs = performance.now() - before;
    if (tookMs > AT_ONCE_MS) wrong.push(`${what}: took ${tookMs.toFixed()} ms`);
    slowestMs = Math.max(slowestMs, tookMs);
    pages.write(word, was);
    trials++;
    if (trials % 10_000 === 0) say(`${trials} of ${Math.min(all, most)}, ${wrong.length} wrong`);
  }
  return { values: whole.length, words: words.length, trials, changed, slowestMs, wrong };
}

function sameValue(a: Value, b: Value): boolean {
  return a.repr === b.repr && a.type === b.type && a.truncated === b.truncated && a.problem === b.problem;
}
