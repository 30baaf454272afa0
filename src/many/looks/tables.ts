/** How is a stack that a thousand threads have kept once? Texts, frames and stacks are numbers into tables. */
import type { FrameInfo, FrameRun } from './model.js';

/** Text, of a frame: `[0 python | 1 native, name, file, line, source]`; texts by number, -1 for null, as lines. */
export type FrameRow = readonly [number, number, number, number, number];

export class Tables {
  readonly texts: string[] = [];
  readonly frames: FrameRow[] = [];
  /** Numbers of frames, outermost first. A run of `n` frames that stands `t` times is `-n, t`, and the frames. */
  readonly stacks: Int32Array[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #frameIds = new Map<string, number>();
  readonly #stackIds = new Map<string, number>();

  text(text: string | null): number {
    if (text === null) return -1;
    let id = this.#textIds.get(text);
    if (id === undefined) {
      id = this.texts.push(text) - 1;
      this.#textIds.set(text, id);
    }
    return id;
  }

  textOf(id: number): string | null {
    return id < 0 ? null : (this.texts[id] ?? null);
  }

  frame(row: FrameRow): number {
    const key = row.join();
    let id = this.#frameIds.get(key);
    if (id === undefined) {
      id = this.frames.push(row) - 1;
      this.#frameIds.set(key, id);
    }
    return id;
  }

  frameOf(id: number): FrameInfo {
    const [kind, name, file, line, source] = this.frames[id] ?? [0, -1, -1, -1, -1];
    return {
      kind: kind === 1 ? 'native' : 'python',
      name: this.textOf(name),
      file: this.textOf(file),
      line: line < 0 ? null : line,
      source: this.textOf(source),
    };
  }

  stack(items: readonly number[]): number {
    const key = items.join();
    let id = this.#stackIds.get(key);
    if (id === undefined) {
      id = this.stacks.push(Int32Array.from(items)) - 1;
      this.#stackIds.set(key, id);
    }
    return id;
  }

  addStack(runs: readonly FrameRun[]): number {
    const items: number[] = [];
    for (const { times, frames } of runs) {
      if (times > 1) items.push(-frames.length, times);
      for (const { kind, name, file, line, source } of frames) {
        const row = [
          kind === 'native' ? 1 : 0,
          this.text(name),
          this.text(file),
          line ?? -1,
          this.text(source),
        ] as const;
        items.push(this.frame(row));
      }
    }
    return this.stack(items);
  }

  /** The runs of a stack, frames by number. */
  runsOf(id: number): FrameRun<number>[] {
    return decodeRuns(this.stacks[id] ?? []);
  }
}

/** See {@link Tables.stacks}. Lists are checked when they are read (pack.ts). */
export function decodeRuns(items: ArrayLike<number>): FrameRun<number>[] {
  const runs: FrameRun<number>[] = [];
  let plain: number[] = [];
  for (let at = 0; at < items.length; ) {
    const item = items[at] ?? 0;
    if (item >= 0) {
      plain.push(item);
      at++;
      continue;
    }
    if (plain.length > 0) runs.push({ times: 1, frames: plain });
    plain = [];
    const times = items[at + 1] ?? 1;
    runs.push({ times, frames: Array.from({ length: -item }, (_, i) => items[at + 2 + i] ?? 0) });
    at += 2 - item;
  }
  if (plain.length > 0) runs.push({ times: 1, frames: plain });
  return runs;
}
