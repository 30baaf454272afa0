/** Which group is the odd one? That of threads most of whose like stand together elsewhere. */
import type { Gathered } from './gathered.js';
import type { Oddity } from './model.js';

/** Where most stand there are at least this many for each of an odd group. */
const TIMES_MORE = 3;
/** Of so many groups that part from the most at one call none is odd: from there on threads are on the move. */
const MOST_ODD = 8;

interface Kind {
  /** Threads of it. */
  of: number;
  /** Where most of them stand, and how many. */
  most: number;
  home: Gathered;
  readonly groups: Gathered[];
}

/** Those that are, with what they are compared to. */
export function oddOnes(groups: readonly Gathered[]): Map<Gathered, Oddity> {
  const odd = new Map<Gathered, Oddity>();
  for (const [name, { of, most, home, groups: its }] of kindsOf(groups)) {
    if (most * 2 < of) continue;
    const few = its.filter((group) => (group.kinds.get(name) ?? 0) * TIMES_MORE <= most);
    for (const together of byParting(few, home).values()) {
      if (together.length > MOST_ODD) continue;
      for (const group of together) {
        const before = odd.get(group);
        if (before === undefined || of > before.of) odd.set(group, { elsewhere: most, of });
      }
    }
  }
  return odd;
}

function kindsOf(groups: readonly Gathered[]): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const group of groups) {
    for (const [name, threads] of group.kinds) {
      const known = kinds.get(name);
      if (!known) {
        kinds.set(name, { of: threads, most: threads, home: group, groups: [group] });
        continue;
      }
      known.of += threads;
      known.groups.push(group);
      if (threads > known.most) {
        known.most = threads;
        known.home = group;
      }
    }
  }
  return kinds;
}

/** By how many calls they have in common with where most stand. */
function byParting(groups: readonly Gathered[], home: Gathered): Map<number, Gathered[]> {
  const parting = new Map<number, Gathered[]>();
  const way = home.keyed.path;
  for (const group of groups) {
    const { path } = group.keyed;
    let common = 0;
    while (common < path.length && path[common] === way[common]) common++;
    const known = parting.get(common);
    if (known) known.push(group);
    else parting.set(common, [group]);
  }
  return parting;
}
