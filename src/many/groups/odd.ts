/** Which group is the odd one? That of threads most of whose like stand together elsewhere. */
import type { Gathered } from './group.js';
import type { Oddity } from './model.js';

/** Where most stand there are at least this many for each of an odd group. */
const TIMES_MORE = 3;
/** Of so many groups none is odd: threads on the move are everywhere, while some wait in one place. */
const MOST_ODD = 8;

/** Those that are, with what they are compared to. */
export function oddOnes(groups: readonly Gathered[]): Map<Gathered, Oddity> {
  const kinds = new Map<string, { of: number; most: number; groups: Gathered[] }>();
  for (const group of groups) {
    for (const [kind, threads] of group.kinds) {
      const known = kinds.get(kind);
      if (known) {
        known.of += threads;
        known.most = Math.max(known.most, threads);
        known.groups.push(group);
      } else kinds.set(kind, { of: threads, most: threads, groups: [group] });
    }
  }
  const odd = new Map<Gathered, Oddity>();
  for (const [kind, { of, most, groups: its }] of kinds) {
    if (most * 2 < of) continue;
    const few = its.filter((group) => (group.kinds.get(kind) ?? 0) * TIMES_MORE <= most);
    if (few.length > MOST_ODD) continue;
    for (const group of few) {
      const before = odd.get(group);
      if (before === undefined || of > before.of) odd.set(group, { elsewhere: most, of });
    }
  }
  return odd;
}
