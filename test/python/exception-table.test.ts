/** Does the table of exception handlers tell how deep the stack is at least? Against what `dis` says of real functions. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { decodeExceptionTable, provenDepth } from '../../src/python/waits/exception-table.js';
import { findInterpreters, isAtLeast } from '../support/interpreters.js';

const PROGRAM = `
import dis, json
def f(a, b, c):
    for x in a:
        with b, c:
            try:
                x()
            except ValueError:
                x(1)
            finally:
                x(2)
def g(*many):
    with many[0]:
        for each in many:
            with each:
                pass
entries = lambda code: [[e.start // 2, e.end // 2, e.depth, e.target // 2, e.lasti] for e in dis._parse_exception_table(code)]
print(json.dumps([[list(h.__code__.co_exceptiontable), entries(h.__code__)] for h in (f, g)]))
`;

const withTable = findInterpreters().filter((interpreter) => isAtLeast(interpreter, 11));

describe.skipIf(withTable.length === 0)('the table of exception handlers', () => {
  test.each(withTable.map((interpreter) => [interpreter.label, interpreter] as const))('%s', (_, { executable }) => {
    const told = JSON.parse(execFileSync(executable, ['-c', PROGRAM], { encoding: 'utf8' })) as [
      number[],
      (number | boolean)[][],
    ][];
    expect(told).toHaveLength(2);
    for (const [bytes, entries] of told) {
      const ranges = decodeExceptionTable(Uint8Array.from(bytes));
      expect(ranges.map(({ start, end, depth, target, lasti }) => [start, end, depth, target, lasti])).toEqual(entries);
      const [first] = ranges;
      expect(first).toBeDefined();
      expect(provenDepth(ranges, first?.start ?? -1)).toBe(first?.depth);
      expect(provenDepth(ranges, 1_000_000)).toBe(0);
    }
  });
});

test('a table that is cut short ends there', () => {
  expect(decodeExceptionTable(Uint8Array.from([0x80 + 1, 2, 3]))).toEqual([]);
  expect(decodeExceptionTable(Uint8Array.from([0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40]))).toEqual([]);
});
