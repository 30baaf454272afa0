import { expect, test } from 'vitest';
import { PagePlan } from '../../src/moment/plan.js';
import { Validity } from '../../src/moment/validity.js';

const [SHARED, STOPPED, STILL, NOBODY, ABSENT] = [1, 2, 3, 4, 5];

function validity(): Validity {
  const plan = new PagePlan();
  plan.shared.add(SHARED);
  plan.ownedBy(100).add(STOPPED);
  plan.ownedBy(200).add(STILL);
  plan.ownedBy(100).add(ABSENT);
  const frozen = [
    { tid: 100, evidence: 'stopped' },
    { tid: 200, evidence: 'still' },
  ] as const;
  const valid = new Validity(plan, frozen, new Set([ABSENT]));
  // What is planned for after the freeze was not in it.
  plan.shared.add(NOBODY);
  return valid;
}

test('what was copied while threads stood is good for all', () => {
  for (const tid of [100, 200, 300, null]) {
    expect(validity().has(tid, SHARED)).toBe(true);
    expect(validity().has(tid, STOPPED)).toBe(true);
  }
});

test('what was copied for a still thread is good for that one only', () => {
  expect([200, 100, null].map((tid) => validity().has(tid, STILL))).toEqual([true, false, false]);
});

test('what nobody planned for, or is not in the copy, is good for nobody', () => {
  for (const tid of [100, 200, null]) {
    expect(validity().has(tid, NOBODY)).toBe(false);
    expect(validity().has(tid, ABSENT)).toBe(false);
  }
  expect(validity().hasAll(100, new Set([SHARED, STOPPED]))).toBe(true);
  expect(validity().hasAll(100, new Set([SHARED, STILL]))).toBe(false);
});
