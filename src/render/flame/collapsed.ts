/**
 * How do stacks look as flamegraph.pl and everything after it reads them? A line for each different stack: its calls with
 * `;` between them, outermost first, a space, its weight.
 * https://github.com/brendangregg/FlameGraph/blob/41fee1f99f9276008b7cd112fca19dc3ea84ac32/flamegraph.pl#L677-L687
 */
import { harmless } from '../escape.js';
import type { FlameFrame, FlameSample } from './samples.js';

/** A line each; equal stacks are one. Empty where there are none. */
export function* collapsedPieces(samples: Iterable<FlameSample>): Generator<string> {
  const weights = new Map<string, number>();
  for (const { stack, weight } of samples) {
    const line = stack.map(callText).join(';');
    weights.set(line, (weights.get(line) ?? 0) + weight);
  }
  for (const [line, weight] of weights) yield `${line} ${weight}\n`;
}

/**
 * `f (app.py:12)`, as py-spy has it, so that what reads its files reads these. Names are the target's to choose: a `;` in
 * one would be two calls, and an end of a line two stacks.
 */
function callText({ name, file, line }: FlameFrame): string {
  const base = file?.slice(file.lastIndexOf('/') + 1) ?? '';
  const place = base === '' ? '' : ` (${base}${line === null ? '' : `:${line}`})`;
  // A number at the end would be taken for a weight as well: that format may have two.
  return harmless(`${name}${place}`)
    .replaceAll(';', ':')
    .replace(/\s(?=\d+(?:\.\d*)?$)/, '_');
}
