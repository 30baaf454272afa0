/** The checks of hang-truth.ts as an expectation of a test. */
import { expect } from 'vitest';
import type { Snapshot } from '../../src/snapshot.js';
import { type Truth, type TruthOptions, wrongAbout } from './hang-truth.js';

export type { Truth } from './hang-truth.js';

/** Fails with a list of all that is not as the program wrote it down. */
export function expectTruth(snapshot: Snapshot, truth: Truth, options: TruthOptions = {}): void {
  expect(wrongAbout(snapshot, truth, options)).toEqual([]);
}
