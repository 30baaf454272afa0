/**
 * What does a wrong word cost? Words that reading the values of a program takes are replaced, one at a time and by each
 * kind of garbage: in a copy, as if the process or the core were so. Whatever becomes of the values that need the word,
 * nothing may be thrown, nothing may take long, and every other value must be what it was.
 */

import { locate } from '../../src/locate/locate.js';
import { InvalidAddress, toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, PagedMemory, type PageSource } from '../../src/memory/pages.js';
import { MemoryFault, type MemoryReader } from '../../src/memory/reader.js';
import { WordRecorder } from '../../src/memory/touched-words.js';
import { Walk } from '../../src/moment/walker.js';
import { DEFAULT_LOCALS } from '../../src/options.js';
import { openCoreProcess } from '../../src/process/core/index.js';
import { type ReadValue, ValueReader } from '../../src/python/objects/index.js';
import { Python, type PythonRuntime } from '../../src/python/python.js';
import { ValueWriter } from '../../src/python/repr/index.js';
import { exceptionQuestion } from '../../src/questions/exceptions.js';
import { localsQuestion } from '../../src/questions/locals.js';
import type { Value } from '../../src/snapshot.js';

export interface Damage {
  readonly values: number;
  /** Words that reading them takes. */
  readonly words: number;
  readonly trials: number;
  /** Values that came out differently, each time because they need the word. */
  readonly changed: number;
  /** The longest that a value took, ms. */
  readonly slowestMs: number;
  /** What must not be, in words. */
  readonly wrong: readonly string[];
}

/** Where a word is, what it is, and addresses that may take its place: of the value that needs it, and of another. */
interface Place {
  readonly own: number;
  readonly was: bigint;
  readonly value: number;
  readonly other: number;
}

/** What a word becomes, by name. */
const GARBAGE: Readonly<Record<string, (place: Place) => bigint>> = {
  null: () => 0n,
  one: () => 1n,
  misaligned: ({ was }) => was ^ 4n,
  itself: ({ own }) => BigInt(own),
  'the value that needs it': ({ value }) => BigInt(value),
  'another object': ({ other }) => BigInt(other),
  'the middle of another object': ({ other }) => BigInt(other + 4),
  'a kernel address': () => 0xffff_8880_0000_1000n,
  'no address': () => 0xdead_beef_dead_beefn,
  unmapped: () => 0x1234_5678_9000n,
  text: () => 0x4141_4141n,
  huge: () => 0x7fff_ffff_ffff_fff8n,
  'the greatest number': () => 0x7fff_ffff_ffff_ffffn,
  'all ones': () => 0xffff_ffff_ffff_ffffn,
};
const KINDS = Object.keys(GARBAGE);

/** CPU time in which all values of a trial are read; they take far less. ms */
const AT_ONCE_MS = 1000;

/** No text that long is made of a value. */
const MOST_TEXT = 10_000_000;

/** Values read after those that need the trashed word: others each time. */
const OTHERS_A_TRIAL = 5;

/** Pages of memory, each copied once, to be written to. */
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
    override read(pointer: number): ReadValue {
      seen.add(pointer);
      return super.read(pointer);
    }
  }
  const over = new Python(python, memory);
  const noting = new Noting(over, DEFAULT_LOCALS);
  const walk = new Walk(over, [localsQuestion(() => noting), exceptionQuestion(() => noting)]);
  for (const state of walk.shared().threadStates) walk.thread(state);
  return [...seen];
}

function wordsOf(memory: WordRecorder): Set<number> {
  const found = new Set<number>();
  for (const [page, { words }] of memory.pages) {
    if (!words) continue;
    for (let word = 0; word < PAGE_BYTES / 8; word++) {
      if ((words[word >>> 5] ?? 0) & (1 << (word & 31))) found.add(page * PAGE_BYTES + 8 * word);
    }
  }
  return found;
}

export interface DamageOptions {
  /** So many drawn trials; null: each word becomes each kind of garbage. */
  readonly drawn: { readonly trials: number; readonly seed: number } | null;
  /** Values read in a trial of those that need its word. */
  readonly needing?: number;
  /** ms; no trial begins later. */
  readonly withinMs?: number;
  /** Is told how far it is. */
  readonly say?: (done: string) => void;
}

/** {@link trashWords} of a core file. */
export async function trashWordsOf(core: string, options: DamageOptions): Promise<Damage> {
  const target = await openCoreProcess(core);
  try {
    return trashWords(locate(target), target.memory, options);
  } finally {
    target.close();
  }
}

/** A value that variables hold, whole. */
interface Whole {
  readonly pointer: number;
  readonly value: Value;
  /** Addresses of the words that reading it takes. */
  readonly words: ReadonlySet<number>;
}

/** Trashes words of the values in memory that does not change, each time one. */
export function trashWords(python: PythonRuntime, source: MemoryReader, options: DamageOptions): Damage {
  const { needing = Number.POSITIVE_INFINITY, withinMs = Number.POSITIVE_INFINITY, say = () => {} } = options;
  const pages = new OwnPages(source);
  const readerOf = (memory: MemoryReader) => {
    const reader = new ValueReader(new Python(python, memory), DEFAULT_LOCALS);
    const writer = new ValueWriter(python.layout);
    return { read: (pointer: number) => writer.value(reader.read(pointer)) };
  };
  const whole = objectsIn(python, new PagedMemory(pages)).map((pointer): Whole => {
    const memory = new WordRecorder(pages);
    return { pointer, value: readerOf(memory).read(pointer), words: wordsOf(memory) };
  });
  const words = [...new Set(whole.flatMap((each) => [...each.words]))].sort((a, b) => a - b);
  const trials = options.drawn ? drawn(whole, options.drawn) : every(whole, words);
  const started = performance.now();
  const wrong: string[] = [];
  let [done, changed, slowestMs] = [0, 0, 0];
  for (const { word, kind, value, other } of trials) {
    if (wrong.length >= 20 || performance.now() - started > withinMs) break;
    const was = pages.write(word, 0n);
    pages.write(word, BigInt.asUintN(64, GARBAGE[kind]?.({ own: word, was, value, other }) ?? 0n));
    const what = `${kind} at 0x${word.toString(16)}`;
    try {
      const values = readerOf(new PagedMemory(pages));
      const before = process.cpuUsage();
      const read = (pointer: number) => {
        const began = performance.now();
        const now = values.read(pointer);
        const tookMs = performance.now() - began;
        slowestMs = Math.max(slowestMs, tookMs);
        // CPU time is asked for only where it may matter: others may have had the CPU meanwhile.
        if (tookMs > AT_ONCE_MS && cpuMs(before) > AT_ONCE_MS) wrong.push(`${what}: took ${tookMs} ms`);
        if (now.repr.length > MOST_TEXT) wrong.push(`${what}: a text of ${now.repr.length} characters`);
        return now;
      };
      // First those that need it: what they make of it is what might be passed on to others.
      for (const each of firstOf(whole, needing, ({ words: needed }) => needed.has(word))) {
        if (!sameValue(read(each.pointer), each.value)) changed++;
      }
      for (let i = 0; i < OTHERS_A_TRIAL; i++) {
        const one = whole[(done * OTHERS_A_TRIAL + i) % whole.length];
        if (!one || one.words.has(word)) continue;
        const now = read(one.pointer);
        if (!sameValue(now, one.value)) wrong.push(`${what}: ${one.value.repr} became ${now.repr}, not needing it`);
      }
    } catch (error) {
      wrong.push(`${what}: ${String(error)}`);
    }
    pages.write(word, was);
    done++;
    if (done % 10_000 === 0) say(`${done} trials, ${wrong.length} wrong`);
  }
  return { values: whole.length, words: words.length, trials: done, changed, slowestMs, wrong };
}

interface Trial {
  readonly word: number;
  readonly kind: string;
  readonly value: number;
  readonly other: number;
}

function* every(whole: readonly Whole[], words: readonly number[]): Generator<Trial> {
  let trial = 0;
  for (const word of words) {
    const value = whole.find((each) => each.words.has(word))?.pointer ?? 0;
    for (const kind of KINDS) {
      yield { word, kind, value, other: whole[trial % whole.length]?.pointer ?? 0 };
      trial++;
    }
  }
}

/** Of a drawn value a drawn word: what many values need comes up often. */
function* drawn(whole: readonly Whole[], { trials, seed }: { trials: number; seed: number }): Generator<Trial> {
  let state = seed;
  // Numerical Recipes' linear congruential generator.
  const oneOf = <T>(list: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const one = list[Math.floor((state / 2 ** 32) * list.length)];
    if (one === undefined) throw new Error('nothing to draw from');
    return one;
  };
  for (let i = 0; i < trials; i++) {
    const { pointer, words } = oneOf(whole);
    yield { word: oneOf([...words]), kind: oneOf(KINDS), value: pointer, other: oneOf(whole).pointer };
  }
}

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function firstOf<T>(list: readonly T[], most: number, isWanted: (one: T) => boolean): T[] {
  const found: T[] = [];
  for (const one of list) {
    if (found.length >= most) break;
    if (isWanted(one)) found.push(one);
  }
  return found;
}

function sameValue(a: Value, b: Value): boolean {
  return a.repr === b.repr && a.type === b.type && a.truncated === b.truncated && a.problem === b.problem;
}
