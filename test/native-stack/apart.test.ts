/** Does a failure while a native stack is followed cost anything but that stack? */
import { expect, test } from 'vitest';
import { apart, type StackSource } from '../../src/native-stack/stacks-of.js';

const failing: StackSource = {
  needOf: () => {
    throw new RangeError('too deep');
  },
  stackOf: (tid) => {
    if (tid === 1) throw new RangeError('too deep');
    return 'fine';
  },
  lostFiles: () => [],
  problems: () => [],
  close: () => {},
};

test('it is the reason why that stack is not there', () => {
  const source = apart(failing);
  expect(source.needOf({} as never)).toBeNull();
  expect(source.stackOf(1, null)).toBe('something unexpected happened: RangeError: too deep');
  expect(source.stackOf(2, null)).toBe('fine');
});
