/** What are the leaves of a row, or of a tree of probes, and under which path does each stand? */
import type { Probe } from './probes.js';

export function isProbe(value: unknown): value is Probe {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return ('struct' in value && 'member' in value) || 'c' in value;
}

/** Path (`PyThreadState > prev`) -> number, word or probe. Members that are undefined are absent. */
export function leavesOf(tree: object, path: readonly string[] = []): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [key, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    if (typeof value === 'object' && value !== null && !isProbe(value)) {
      for (const [inner, leaf] of leavesOf(value, [...path, key])) leaves.set(inner, leaf);
    } else leaves.set([...path, key].join(' > '), value);
  }
  return leaves;
}
