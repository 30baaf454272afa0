/** How do the stacks of all groups run together and apart? A tree of their calls, with how many threads go along each. */
import type { GroupFrame, Groups, HostPids, ProcessSet, RankSet } from './model.js';

/** Places of threads, without how many processes they are: one process may have threads in several branches. */
export type Places = Omit<ProcessSet, 'processes' | 'children'>;

export interface TreeNode {
  /** The call; null: the root. */
  readonly frame: GroupFrame | null;
  /** Rounds of the recursion that it stands for; 1: none. */
  readonly rounds: number;
  readonly threads: number;
  readonly of: Places;
  /** The one with most threads first. */
  readonly children: readonly TreeNode[];
}

interface Growing {
  frame: GroupFrame | null;
  rounds: number;
  threads: number;
  readonly places: Places[];
  readonly children: Map<string, Growing>;
}

export function treeOf({ groups }: Groups): TreeNode {
  const root = grown(null);
  for (const { stack, threads, who } of groups) {
    const places = who.map(({ of }) => of);
    let node = root;
    add(node, threads, places);
    for (const { frames, most } of stack) {
      for (const frame of frames) {
        const key = `${most > 1}\0${frame.kind}\0${frame.name}\0${frame.file}`;
        let child = node.children.get(key);
        if (!child) {
          child = grown(frame.lines.length > 0 ? withoutLine(frame) : frame);
          node.children.set(key, child);
        } else if (child.frame !== null && child.frame.line !== frame.line) {
          // They go on from different lines of it: then it is at none.
          child.frame = withoutLine(child.frame);
        }
        child.rounds = Math.max(child.rounds, most);
        add(child, threads, places);
        node = child;
      }
    }
  }
  return finishedTree(root);
}

function withoutLine(frame: GroupFrame): GroupFrame {
  return { ...frame, line: null, lines: [], source: null };
}

function grown(frame: GroupFrame | null): Growing {
  return { frame, rounds: 1, threads: 0, places: [], children: new Map() };
}

function add(node: Growing, threads: number, places: readonly Places[]): void {
  node.threads += threads;
  for (const each of places) node.places.push(each);
}

/** Without recursion: what came from elsewhere may be as deep as it likes. */
function finishedTree(root: Growing): TreeNode {
  const order = [root];
  // The list grows while it is walked, parents before children.
  for (const node of order) for (const child of node.children.values()) order.push(child);
  const done = new Map<Growing, TreeNode>();
  let last: TreeNode | null = null;
  for (const growing of order.reverse()) {
    const { frame, rounds, threads, places } = growing;
    const children = [...growing.children.values()].flatMap((child) => done.get(child) ?? []);
    last = { frame, rounds, threads, of: unionOf(places), children: children.sort((a, b) => b.threads - a.threads) };
    done.set(growing, last);
  }
  return last ?? { frame: null, rounds: 1, threads: 0, of: unionOf([]), children: [] };
}

type Pairs = readonly (readonly [number, number])[];

function unionOf(places: readonly Places[]): Places {
  const [only] = places;
  if (only && places.length === 1) return only;
  const ranks = new Map<string, { job: string | null; pairs: Pairs[] }>();
  const pids = new Map<string, Pairs[]>();
  for (const { ranks: its, pids: hosts } of places) {
    for (const { job, ranks: pairs } of its) {
      const known = ranks.get(job ?? '');
      if (known) known.pairs.push(pairs);
      else ranks.set(job ?? '', { job, pairs: [pairs] });
    }
    for (const { host, pids: pairs } of hosts) {
      const known = pids.get(host);
      if (known) known.push(pairs);
      else pids.set(host, [pairs]);
    }
  }
  return {
    ranks: [...ranks.values()].map(({ job, pairs }): RankSet => ({ job, ranks: joined(pairs) })),
    pids: [...pids].map(([host, pairs]): HostPids => ({ host, pids: joined(pairs) })),
    cores: [...new Set(places.flatMap(({ cores }) => cores))].sort(),
  };
}

/** Ranges that may overlap, as ranges that do not. */
function joined(lists: readonly Pairs[]): [number, number][] {
  const sorted = lists.flat().sort(([a], [b]) => a - b);
  const ranges: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = ranges.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else ranges.push([first, last]);
  }
  return ranges;
}
