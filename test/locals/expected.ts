/** Does what we show of a value agree with what Python says of it? */
import { readFileSync } from 'node:fs';
import type { Value, Variable } from '../../src/snapshot.js';

/** By name: type (without its module), and `repr`. */
export type Expected = ReadonlyMap<string, readonly [type: string, repr: string]>;

export function readExpected(file: string): Expected {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, [string, string]>));
}

/** Nothing is left out. */
export const UNLIMITED = { depth: 100, maxString: 100_000, maxItems: 100_000, redact: [], redactDefaults: false };

/** What is wrong with the values of these variables; empty when nothing is, and none is missing. */
export function wrongValues(variables: readonly Variable[], expected: Expected): string[] {
  const wrong: string[] = [];
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  for (const [name, [type, repr]] of expected) {
    const value = byName.get(name)?.value;
    if (!value) wrong.push(`${name}: missing`);
    else if (!agrees(value, repr)) wrong.push(`${name} (${type}): ${difference(value.repr, repr)}`);
    else if (value.type === null) wrong.push(`${name} (${type}): without a type`);
  }
  return wrong;
}

/** All of it; or, marked as shortened, right up to the first mark. */
function agrees({ repr, truncated, problem }: Value, expected: string): boolean {
  if (problem !== undefined) return false;
  if (!truncated) return repr === expected;
  const shown = repr.slice(0, repr.indexOf('…')).replace(/['"]$/, '');
  return repr.includes('…') ? expected.startsWith(shown) && repr !== expected : isWithoutAttributes(repr, expected);
}

/** An instance inside another one is shown without its attributes. */
function isWithoutAttributes(repr: string, expected: string): boolean {
  return expected.startsWith(repr.slice(0, repr.indexOf('>')));
}

/** Where they part. */
function difference(ours: string, pythons: string): string {
  let at = 0;
  while (at < ours.length && ours[at] === pythons[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `at ${at}: ${around(ours)}\n      Python says ${around(pythons)}`;
}
