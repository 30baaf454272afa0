/** Which threads of many processes stand in the same place? From a set of looks to the groups of their threads. */

import { FLAG, type LookSet, type StoredThread, threadsOf } from '../looks/look-set.js';
import type { Tables } from '../looks/tables.js';
import { crashesOf } from './crashes.js';
import type { Gathered } from './gathered.js';
import { type Member, membersOf, processSetOf } from './members.js';
import type {
  CountedText,
  CountedWarning,
  Fleet,
  Group,
  GroupedFailure,
  GroupedFinding,
  GroupFrame,
  Groups,
  Run,
  Stillness,
} from './model.js';
import { GROUPS_VERSION } from './model.js';
import { oddOnes } from './odd.js';
import { templateOf } from './ranges.js';
import { type KeyedStack, StackKeys } from './stack-key.js';
import { whoOf } from './who.js';

export interface GroupOptions {
  /** Whether calls at other lines of a function are other calls. Default false. */
  readonly byLine?: boolean;
  /** Whether all of each job should be here, so that ranks that are not are missing. Default true. */
  readonly expectAll?: boolean;
  /** How those answered that were asked on other hosts. */
  readonly fleet?: Fleet | null;
}

/** Groups, and where single processes are in them. */
export interface Grouped {
  readonly groups: Groups;
  /** The processes, in the order of the set. */
  readonly members: readonly Member[];
  /** Of a stack of the set the index of its group in `groups.groups`. */
  readonly groupOf: (stack: number) => number;
}

/** Pure, and the same whatever the order in which the looks came into the set. */
export function groupsOf(set: LookSet, options: GroupOptions = {}): Groups {
  return grouped(set, options).groups;
}

/** The same with where each process is. */
export function grouped(set: LookSet, { byLine = false, expectAll = true, fleet = null }: GroupOptions = {}): Grouped {
  const looks = set.sorted();
  const { members, jobs } = membersOf(looks, expectAll);
  const { tables } = set;
  const keys = new StackKeys(tables, byLine);
  const gathered = new Map<string, Gathered>();
  let threads = 0;
  for (const member of members) {
    for (const thread of threadsOf(member.look.threads)) {
      threads++;
      const keyed = keys.of(thread.stack);
      let group = gathered.get(keyed.key);
      if (!group) {
        group = newGroup(keyed, member, thread);
        gathered.set(keyed.key, group);
      }
      gather(group, member, thread, tables);
    }
  }
  const odd = oddOnes([...gathered.values()]);
  const made = [...gathered.values()].map((group): [string, Group] => {
    const { names, states, still, inFindings, inconsistent, truncated, example } = group;
    return [
      group.keyed.key,
      {
        threads: group.threads,
        processes: names.size,
        who: whoOf(names),
        stack: stackOf(group, keys, tables),
        odd: odd.get(group) ?? null,
        states: countedTexts(states, tables),
        still,
        inFindings,
        inconsistent,
        truncated,
        example,
      },
    ];
  });
  made.sort(([, a], [, b]) => byInterest(a, b));
  const indexes = new Map(made.map(([key], index) => [key, index]));
  const read = looks.filter(({ info }) => info.error === null);
  const times = looks.map(({ info }) => info.at).sort();
  const groups: Groups = {
    schemaVersion: GROUPS_VERSION,
    kind: 'groups',
    counts: {
      processes: read.length,
      threads,
      hosts: new Set(read.filter(({ info }) => info.core === null).map(({ info }) => info.host)).size,
    },
    from: times[0] ?? null,
    to: times.at(-1) ?? null,
    fleet,
    jobs,
    findings: findingsOf(members),
    crashes: crashesOf(members, tables),
    groups: made.map(([, group]) => group),
    failures: failuresOf(members),
    warnings: warningsOf(members),
    complete:
      looks.length > 0 &&
      (fleet === null || fleet.silent.length === 0) &&
      looks.every(({ info }) => info.error === null && info.complete) &&
      jobs.every(({ missing }) => missing.length === 0),
  };
  return { groups, members, groupOf: (stack) => indexes.get(keys.of(stack).key) ?? -1 };
}

function newGroup(keyed: KeyedStack, { look }: Member, { tid }: StoredThread): Gathered {
  const { host, pid, core, command } = look.info;
  return {
    keyed,
    threads: 0,
    names: new Map(),
    stacks: new Map(),
    states: new Map(),
    kinds: new Map(),
    still: null,
    inFindings: 0,
    inconsistent: 0,
    truncated: 0,
    example: { host, pid, tid: tid < 0 ? null : tid, core, command },
  };
}

function gather(group: Gathered, member: Member, thread: StoredThread, tables: Tables): void {
  const { stack, state, flags, stillMs } = thread;
  const name = nameOf(thread, tables);
  group.threads++;
  const names = group.names.get(member);
  if (names) names.push(name);
  else group.names.set(member, [name]);
  count(group.stacks, stack);
  if (state >= 0) count(group.states, state);
  count(group.kinds, kindOf(member, thread, name));
  if (stillMs >= 0) group.still = withMs(group.still, stillMs);
  if ((flags & FLAG.inFinding) !== 0) group.inFindings++;
  if ((flags & FLAG.inconsistent) !== 0) group.inconsistent++;
  if ((flags & FLAG.truncated) !== 0) group.truncated++;
}

function withMs(known: Stillness | null, ms: number): Stillness {
  const { leastMs, mostMs, threads } = known ?? { leastMs: ms, mostMs: ms, threads: 0 };
  return { leastMs: Math.min(leastMs, ms), mostMs: Math.max(mostMs, ms), threads: threads + 1 };
}

function nameOf({ name, tid }: StoredThread, tables: Tables): string {
  return tables.textOf(name) ?? (tid < 0 ? 'a thread' : `thread ${tid}`);
}

/** Threads that can be expected to do the same: main threads of like processes, or those of one name but for its number. */
function kindOf({ role }: Member, { flags }: StoredThread, name: string): string {
  return `${role}\0${(flags & FLAG.main) !== 0 ? '' : templateOf(name)}`;
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * The odd ones first, the rarest of them at the top; then those that findings are about; then by size; then by what they
 * are, so that the order is one.
 */
function byInterest(a: Group, b: Group): number {
  const share = ({ threads, odd }: Group) => (odd === null ? 1 : threads / odd.of);
  const found = ({ inFindings }: Group) => (inFindings > 0 ? 0 : 1);
  return share(a) - share(b) || found(a) - found(b) || b.threads - a.threads || compare(spelled(a), spelled(b));
}

function spelled({ stack }: Group): string {
  return stack
    .flatMap(({ frames }) => frames)
    .map(({ name, file, line }) => `${name}\0${file}\0${line}`)
    .join('\0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the stacks of a group have in common, and the lines in which they differ. */
function stackOf({ keyed, stacks }: Gathered, keys: StackKeys, tables: Tables): Run[] {
  const variants = [...stacks].map(([stack, threads]) => ({ runs: keys.of(stack).runs, threads }));
  return keyed.runs.map((run, at): Run => {
    const rounds = variants.map(({ runs }) => runs[at]?.rounds ?? 1);
    return {
      least: rounds.reduce((a, b) => Math.min(a, b)),
      most: rounds.reduce((a, b) => Math.max(a, b)),
      frames: run.positions.map((_, position) => {
        const seen = variants.flatMap(({ runs, threads }) =>
          (runs[at]?.positions[position] ?? []).map((frame) => ({ frame, threads })),
        );
        return groupFrame(seen, tables);
      }),
    };
  });
}

function groupFrame(seen: readonly { frame: number; threads: number }[], tables: Tables): GroupFrame {
  const byLine = new Map<number | null, { threads: number; sources: string[]; frame: number }>();
  for (const { frame, threads } of seen) {
    const { line, source } = tables.frameOf(frame);
    const known = byLine.get(line);
    if (known) {
      known.threads += threads;
      if (source !== null) known.sources.push(source);
    } else byLine.set(line, { threads, sources: source === null ? [] : [source], frame });
  }
  const lines = [...byLine].sort(([a, { threads: x }], [b, { threads: y }]) => y - x || (a ?? -1) - (b ?? -1));
  const [line = null, most] = lines[0] ?? [];
  // Names that count as one (compilers' suffixes, folders of libraries): the first of them in order stands for all.
  const spelled = seen.map(({ frame }) => tables.frameOf(frame));
  const [first] = spelled.sort((a, b) => compare(`${a.name}\0${a.file}`, `${b.name}\0${b.file}`));
  return {
    kind: first?.kind ?? 'python',
    name: first?.name ?? null,
    file: first?.file ?? null,
    line,
    lines: lines.length > 1 ? lines.map(([its, { threads }]) => ({ line: its, threads })) : [],
    source: most?.sources.sort(compare)[0] ?? null,
  };
}

function countedTexts(counts: ReadonlyMap<number, number>, tables: Tables): CountedText[] {
  return [...counts]
    .map(([id, threads]) => ({ text: tables.textOf(id) ?? '', threads }))
    .sort((a, b) => b.threads - a.threads || compare(a.text, b.text));
}

/** The same of many processes is told once: what differs in it are numbers, and names that are made of them. */
function findingsOf(members: readonly Member[]): GroupedFinding[] {
  const found = new Map<string, { code: string; certain: boolean; message: string; members: Set<Member> }>();
  for (const member of members) {
    for (const { code, certain, message } of member.look.info.findings) {
      const key = `${code}\0${certain}\0${templateOf(message.replaceAll(/0x[0-9a-f]+/g, '#'))}`;
      const known = found.get(key);
      if (known) known.members.add(member);
      else found.set(key, { code, certain, message, members: new Set([member]) });
    }
  }
  return [...found.values()]
    .map(({ code, certain, message, members: its }) => ({ code, certain, message, of: processSetOf([...its]) }))
    .sort(
      (a, b) =>
        Number(b.certain) - Number(a.certain) || b.of.processes - a.of.processes || compare(a.message, b.message),
    );
}

function failuresOf(members: readonly Member[]): GroupedFailure[] {
  const byCode = new Map<string, Member[]>();
  for (const member of members) {
    const code = member.look.info.error?.code;
    if (code === undefined) continue;
    const known = byCode.get(code);
    if (known) known.push(member);
    else byCode.set(code, [member]);
  }
  return [...byCode]
    .map(([code, its]) => ({ code, message: its[0]?.look.info.error?.message ?? '', of: processSetOf(its) }))
    .sort((a, b) => b.of.processes - a.of.processes || compare(a.code, b.code));
}

function warningsOf(members: readonly Member[]): CountedWarning[] {
  const counts = new Map<string, number>();
  for (const { look } of members) for (const code of look.info.warnings) count(counts, code);
  return [...counts]
    .map(([code, processes]) => ({ code, processes }))
    .sort((a, b) => b.processes - a.processes || compare(a.code, b.code));
}
