/**
 * How do stacks look as speedscope reads them? A JSON document of its own format: all frames once, and of each sample the
 * numbers of its frames.
 * https://github.com/jlfwong/speedscope/blob/v1.25.0/src/lib/file-format-spec.ts
 */
import type { FlameFrame, FlameSample } from './samples.js';

/** What weights are in. `none`: they are counts, of threads or of looks. */
export type FlameUnit = 'none' | 'milliseconds' | 'seconds';

export interface FlameProfile {
  /** What is looked at, for the list of profiles. */
  readonly name: string;
  readonly unit: FlameUnit;
  /** In the order in which they were taken, if there is one. */
  readonly samples: readonly FlameSample[];
}

/** The only value that its schema allows here. It names the format; nothing is fetched. */
const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/** @param exporter which program wrote it, with its version. One profile for what belongs together; several can be switched between. */
export function* speedscopePieces(
  name: string,
  profiles: readonly FlameProfile[],
  exporter: string,
): Generator<string> {
  const frames = new Frames();
  const numbered = profiles.map(({ name: its, unit, samples }) => ({
    type: 'sampled',
    name: its,
    unit,
    startValue: 0,
    endValue: samples.reduce((sum, { weight }) => sum + weight, 0),
    samples: samples.map(({ stack }) => stack.map((frame) => frames.numberOf(frame))),
    weights: samples.map(({ weight }) => weight),
  }));
  const head = { $schema: SCHEMA, name, exporter, activeProfileIndex: 0, shared: { frames: frames.list } };
  yield `${JSON.stringify(head).slice(0, -1)},"profiles":[`;
  for (const [i, profile] of numbered.entries()) yield `${i === 0 ? '\n' : ',\n'}${JSON.stringify(profile)}`;
  yield ']}\n';
}

/** A frame as the format has it: what is not known is absent. */
interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

class Frames {
  readonly list: SpeedscopeFrame[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf({ name, file, line }: FlameFrame): number {
    const key = `${name}\0${file}\0${line}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ name, ...(file === null ? {} : { file }), ...(line === null ? {} : { line }) }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
