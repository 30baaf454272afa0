/**
 * When do two stacks count as the same? When they go through the same functions of the same files, whatever the line, the
 * address, or how deep a recursion is.
 */
import { LEAST_TIMES, runsOf } from '../../report/fold.js';
import type { FrameInfo } from '../looks/model.js';
import type { Tables } from '../looks/tables.js';

/** A stack as seen by the key: runs of positions, at each of which frames of one function stand. */
export interface KeyedStack {
  readonly key: string;
  /** What the key is made of: a word for each call, and one for each recursion, outermost first. */
  readonly path: readonly string[];
  readonly runs: readonly KeyedRun[];
}

export interface KeyedRun {
  readonly recursion: boolean;
  /** Rounds of it; 1 where it is none. */
  readonly rounds: number;
  /** At each position of a round: frames (numbers of the tables), each once. */
  readonly positions: readonly (readonly number[])[];
}

/** What the compiler adds to the name of a function that it took apart; differs from build to build. */
const COMPILER_SUFFIX = /(?:\.(?:constprop|isra|part|cold|lto_priv|llvm)(?:\.\d+)*)+$/;

/** The name of a function as it stands in its source. */
export function withoutSuffix(name: string | null): string | null {
  return name === null ? null : name.replace(COMPILER_SUFFIX, '');
}

/** What makes two calls the same in a group. `byLine`: their lines, too. */
export function keyOfFrame(frame: FrameInfo, byLine: boolean): string {
  const line = byLine ? `:${frame.line}` : '';
  if (frame.kind === 'python') return `${frame.name}\0${frame.file}${line}`;
  const library = frame.file?.slice(frame.file.lastIndexOf('/') + 1) ?? '';
  return `\0${withoutSuffix(frame.name) ?? ''}\0${library}${line}`;
}

/** Makes the keys of the stacks of some tables. */
export class StackKeys {
  readonly #frameKeys: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #known: (KeyedStack | undefined)[] = [];

  constructor(
    private readonly tables: Tables,
    private readonly byLine: boolean,
  ) {}

  of(stack: number): KeyedStack {
    let keyed = this.#known[stack];
    if (keyed === undefined) {
      keyed = this.#make(stack);
      this.#known[stack] = keyed;
    }
    return keyed;
  }

  #make(stack: number): KeyedStack {
    // Rounds beyond those that make a recursion change nothing in the key: the last stands for them.
    const items: { frame: number; weight: number }[] = [];
    for (const { times, frames } of this.tables.runsOf(stack)) {
      const shown = Math.min(times, LEAST_TIMES);
      for (let round = 0; round < shown; round++) {
        const weight = round === shown - 1 ? times - shown + 1 : 1;
        for (const frame of frames) items.push({ frame, weight });
      }
    }
    const runs = runsOf(items, ({ frame }) => this.#frameKey(frame)).map(({ from, length, times }): KeyedRun => {
      const its = items.slice(from, from + length * times);
      const count = its.reduce((sum, { weight }) => sum + weight, 0);
      const at = (position: number) => its.filter((_, i) => i % length === position).map(({ frame }) => frame);
      return {
        recursion: times > 1,
        rounds: times === 1 ? 1 : Math.round(count / length),
        positions: Array.from({ length }, (_, position) => [...new Set(at(position))]),
      };
    });
    const path = runs.flatMap(({ recursion, positions }) => {
      const frames = positions.map(([frame = -1]) => String(this.#frameKey(frame)));
      return recursion ? [`(${frames.join()})`] : frames;
    });
    return { key: path.join(), path, runs };
  }

  /** A number for each function of each file, so that keys stay short. Of one run only: it depends on the order. */
  #frameKey(frame: number): number {
    const known = this.#frameKeys[frame];
    if (known !== undefined) return known;
    const text = keyOfFrame(this.tables.frameOf(frame), this.byLine);
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    this.#frameKeys[frame] = id;
    return id;
  }
}
