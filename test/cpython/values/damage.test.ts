/**
 * What does a wrong word cost? Every word that reading a value takes is replaced, one at a time: the value may change or
 * be told invalid, at once; nothing may be thrown, and no value that does not need that word may differ.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { Walk } from '../../../src/capture/walker.js';
import type { PythonRuntime } from '../../../src/cpython/runtime.js';
import { ValueReader } from '../../../src/cpython/values/index.js';
import type { Address } from '../../../src/memory/address.js';
import { PagedMemory, ReaderPages } from '../../../src/memory/pages.js';
import type { MemoryReader } from '../../../src/memory/reader.js';
import { bytesOf } from '../../../src/memory/reader.js';
import { DEFAULT_LOCALS } from '../../../src/options.js';
import type { Value } from '../../../src/snapshot.js';
import { withFolder } from '../../support/cores.js';
import { onEveryInterpreter } from '../../support/matrix.js';
import { locateForTest, ProcessMemory } from '../../support/process-memory.js';
import { withProgram } from '../../support/target.js';

/** Words replaced for each interpreter, and which: PYSTACK_DAMAGE_TRIALS and PYSTACK_DAMAGE_SEED make it more and others. */
const TRIALS = Number(process.env['PYSTACK_DAMAGE_TRIALS'] ?? 1500);
const SEED = Number(process.env['PYSTACK_DAMAGE_SEED'] ?? 7);
/** ms; an answer takes far less than one of them. */
const AT_ONCE = 1000;

/** Memory in which one word is another; notes which words are read. */
class DamagedMemory implements MemoryReader {
  readonly #memory: MemoryReader;
  /** Of the word; null: none is wrong. */
  wrong: number | null = null;
  word = 0n;
  words = new Set<number>();

  constructor(memory: MemoryReader) {
    this.#memory = memory;
  }

  read(address: Address, size: number): DataView {
    for (let at = Math.floor(address / 8) * 8; at < address + size && size < 65_536; at += 8) this.words.add(at);
    const view = this.#memory.read(address, size);
    const { wrong } = this;
    if (wrong === null || wrong + 8 <= address || wrong >= address + size) return view;
    const copy = new DataView(bytesOf(view).slice().buffer);
    for (let i = 0; i < 8; i++) {
      const at = wrong + i - address;
      if (at >= 0 && at < size) copy.setUint8(at, Number((this.word >> BigInt(8 * i)) & 0xffn));
    }
    return copy;
  }
}

/** Deterministic. (Numerical Recipes' linear congruential generator.) */
function draw(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the arguments of all frames point to. */
function argumentsOf(runtime: PythonRuntime, memory: MemoryReader): number[] {
  const seen = new Set<number>();
  class Noting extends ValueReader {
    override read(pointer: number): Value {
      seen.add(pointer);
      return super.read(pointer);
    }
  }
  const walk = new Walk(runtime, memory, null, new Noting(memory, runtime.layout, DEFAULT_LOCALS));
  for (const state of walk.shared().threadStates) walk.thread(state);
  return [...seen];
}

onEveryInterpreter('a wrong word costs the value that needs it', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'locals_oracle.py', { args: [join(folder, 'expected.json'), '5', '400'] }, ({ pid }) => {
      const { layout, ...runtime } = locateForTest(pid, interpreter);
      const live = new ProcessMemory(pid);
      const pages = new ReaderPages((address, into) => {
        try {
          into.set(bytesOf(live.read(address as Address, into.length)));
          return into.length;
        } catch {
          return 0;
        }
      });
      const memory = new DamagedMemory(new PagedMemory(pages));
      const pointers = argumentsOf({ layout, ...runtime }, memory);
      expect(pointers.length).toBeGreaterThan(300);
      const next = draw(SEED);
      const read = (pointer: number) => new ValueReader(memory, layout, DEFAULT_LOCALS).read(pointer);
      const whole = pointers.map((pointer) => {
        memory.words = new Set();
        return { pointer, value: read(pointer), words: memory.words };
      });
      const replacements = [
        0n,
        1n,
        0xffff_ffff_ffff_ffffn,
        0xdead_beef_dead_beefn,
        0x7fff_ffff_ffff_ffffn,
        0x4141_4141n,
      ];
      let slowest = 0;
      for (let n = 0; n < TRIALS; n++) {
        const { pointer, words } = whole[next(whole.length)] ?? { pointer: 0, words: new Set<number>() };
        const candidates = [...words];
        memory.wrong = candidates[next(candidates.length)] ?? null;
        const kind = next(replacements.length + 3);
        const other = whole[next(whole.length)]?.pointer ?? 0;
        memory.word = replacements[kind] ?? BigInt([pointer, other, other + 4][kind - replacements.length] ?? 0);
        const started = performance.now();
        const { repr } = read(pointer);
        slowest = Math.max(slowest, performance.now() - started);
        expect(repr.length).toBeLessThan(10_000_000);
        for (let k = 0; k < 3; k++) {
          const untouched = whole[next(whole.length)];
          if (!untouched || memory.wrong === null || untouched.words.has(memory.wrong)) continue;
          expect(read(untouched.pointer)).toEqual(untouched.value);
        }
        memory.wrong = null;
      }
      expect(slowest).toBeLessThan(AT_ONCE);
      live.close();
    }),
  ),
);
