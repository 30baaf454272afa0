/** Which ways of finding the interpreter are there, and in which order are they tried? */
import { PystackError } from '../errors.js';
import { byCookie } from './by-cookie.js';
import { byInterpreter, byNeighbour } from './by-interpreter.js';
import { byNote } from './by-note.js';
import { byScan } from './by-scan.js';
import { bySection } from './by-section.js';
import { byDynamicSymbol, byFullSymbol } from './by-symbol.js';
import type { Strategy, StrategyName } from './strategy.js';
import { STRATEGY_NAMES } from './strategy.js';

/** In the order in which they are tried: from the quickest and surest. */
const STRATEGIES: readonly Strategy[] = [
  byNote,
  byDynamicSymbol,
  byFullSymbol,
  byNeighbour,
  bySection,
  byCookie,
  byScan,
  byInterpreter,
];
/** Cheap enough to try on every library before the costly ones are tried on any. */
export const QUICK: ReadonlySet<StrategyName> = new Set(['symbol', 'section']);

/** Those that can look where there is no file. */
export const ANYWHERE: ReadonlySet<StrategyName> = new Set(['cookie', 'scan']);

/** Those of these names; null: all. Throws PystackError `usage`. */
export function chosenStrategies(names: readonly string[] | null): readonly Strategy[] {
  if (names === null) return STRATEGIES;
  const unknown = names.find((name) => !STRATEGY_NAMES.some((known) => known === name));
  if (unknown !== undefined || names.length === 0) {
    throw new PystackError('usage', `there is no locating strategy called ${JSON.stringify(unknown ?? '')}`, {
      nextStep: `choose among ${STRATEGY_NAMES.join(', ')}`,
    });
  }
  return STRATEGIES.filter(({ name }) => names.includes(name));
}
