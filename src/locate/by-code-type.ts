/** Which calls are in a core of which not even threads' states are left? Where types are is told by the symbols of the interpreter's file. */
import type { Range } from '../memory/ranges.js';
import type { Locatable } from '../process/process.js';
import { findLooseStacks, type LooseStacks } from '../python/lost/loose-frames.js';
import { Python } from '../python/python.js';
import type { LayoutChoice } from './layout-choice.js';
import type { Module } from './module.js';
import { typesOf } from './types.js';

export interface FoundCalls {
  readonly choice: LayoutChoice;
  readonly loose: LooseStacks;
}

/** Calls of the interpreter in `module`, under the first of the layouts that finds any; or why there are none, in words. */
export function callsOf(
  { memory }: Pick<Locatable, 'memory'>,
  module: Module,
  choices: Iterable<LayoutChoice>,
  ranges: readonly Range[],
  budget: () => () => boolean,
): FoundCalls | string {
  const types = typesOf(module);
  if (types.size === 0) return 'its file, which would tell where its types are, is not at hand';
  let isCutShort = false;
  for (const choice of choices) {
    // Nothing confirms the layout but what is read by it: of a version that is guessed that is not enough.
    if (choice.isGuess) continue;
    const { layout, version } = choice;
    const python = new Python({ address: null, layout, version, types }, memory);
    const loose = findLooseStacks(python, { ranges, outOfTime: budget() });
    if (loose.stacks.length > 0) return { choice, loose };
    isCutShort ||= loose.isCutShort;
  }
  if (isCutShort) return 'nothing was found in the time that it may take';
  return 'no frame that names its code is of a call that was under way';
}
