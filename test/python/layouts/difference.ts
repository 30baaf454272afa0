/** What does one row have otherwise than another, in the form in which rows are told (src/python/layouts/from.ts)? */
import { KINDS } from '../../../src/python/layouts/from.js';

type Tree = { readonly [name: string]: unknown };

export function differenceOf(before: Tree, after: Tree): Tree {
  if (KINDS.some((kind) => typeof after[kind] === 'string' && before[kind] !== after[kind])) return after;
  const difference: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    if (now === undefined) difference[name] = null;
    else difference[name] = isTree(old) && isTree(now) ? differenceOf(old, now) : now;
    if (isTree(difference[name]) && Object.keys(difference[name]).length === 0) delete difference[name];
  }
  return difference;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As it stands in a row's file. */
export function asSource(tree: Tree): string {
  return JSON.stringify(tree, null, 2)
    .replace(/"([A-Za-z_]\w*)":/g, '$1:')
    .replace(/"([^"]*)"/g, "'$1'");
}
