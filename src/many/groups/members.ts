/** Who is a process among the others: which rank of which job, started by which of them? Told from all looks together. */
import { JOB_VARIABLES, RANK_SOURCES, STEP_VARIABLE } from '../looks/identity-variables.js';
import type { StoredLook } from '../looks/look-set.js';
import type { LookInfo } from '../looks/model.js';
import type { HostPids, Job, ProcessSet, RankSet } from './model.js';
import { missingOf, rangesOf } from './ranges.js';

export interface Member {
  readonly look: StoredLook;
  /** Its number in its job; null: it has none. */
  readonly rank: number | null;
  readonly job: string | null;
  /**
   * `child`: another of the looks started it. `parent`: it started one, and has no rank. Only the first can be compared
   * with each other, not with the second.
   */
  readonly role: 'child' | 'parent' | 'single';
}

interface JobFound {
  readonly id: string | null;
  /** Index into RANK_SOURCES: the best that any of its processes has. */
  source: number;
  size: number | null;
}

/** All looks with their places, in the order given. `expectAll`: whether ranks that are not among them are missing. */
export function membersOf(looks: readonly StoredLook[], expectAll: boolean): { members: Member[]; jobs: Job[] } {
  const found = jobsOf(looks);
  const byPid = new Map(looks.map((look) => [processKey(look.info.host, look.info.pid), look]));
  const parents = new Set<StoredLook>();
  const parentOf = ({ info }: StoredLook): StoredLook | null => {
    if (info.ppid === null || info.core !== null) return null;
    return byPid.get(processKey(info.host, info.ppid)) ?? null;
  };
  for (const look of looks) {
    const parent = parentOf(look);
    if (parent) parents.add(parent);
  }
  const members = looks.map((look): Member => {
    const job = jobOf(look.info);
    const source = found.get(job ?? '')?.source ?? -1;
    const rank = rankBy(look.info, source);
    const parent = parentOf(look);
    // A process below one of the same rank is that one's helper; below another it stands for itself.
    const isChild = parent !== null && (rank === null || rankBy(parent.info, source) === rank);
    const role = isChild ? 'child' : parents.has(look) && rank === null ? 'parent' : 'single';
    return { look, rank, job: rank === null ? null : job, role };
  });
  const jobs = [...found.values()].map((job) => described(job, members, expectAll));
  return { members, jobs: jobs.sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1)) };
}

function processKey(host: string, pid: number | null): string {
  return `${host}\0${pid}`;
}

/** What its launcher calls the job; null: it has no name. */
function jobOf({ env }: LookInfo): string | null {
  const variable = JOB_VARIABLES.find((name) => env[name] !== undefined && env[name] !== '' && env[name] !== 'none');
  if (variable === undefined) return null;
  const step = variable === 'SLURM_JOB_ID' ? env[STEP_VARIABLE] : undefined;
  return `${env[variable]}${step === undefined ? '' : `.${step}`}`;
}

function jobsOf(looks: readonly StoredLook[]): Map<string, JobFound> {
  const jobs = new Map<string, JobFound>();
  for (const { info } of looks) {
    const source = RANK_SOURCES.findIndex((_, index) => rankBy(info, index) !== null);
    if (source < 0) continue;
    const id = jobOf(info);
    const known = jobs.get(id ?? '');
    const size = sizeBy(info, source);
    if (!known || source < known.source) jobs.set(id ?? '', { id, source, size });
    else if (source === known.source && size !== null) known.size = Math.max(known.size ?? 0, size);
  }
  return jobs;
}

/** Largest number that is believed to be a rank: no job has a hundred million processes. */
const MAX_RANK = 100_000_000;

function rankBy({ env }: LookInfo, source: number): number | null {
  const { rank, needsSize } = RANK_SOURCES[source] ?? {};
  if (rank === undefined || (needsSize && sizeBy({ env }, source) === null)) return null;
  return numberOf(env[rank]);
}

function sizeBy({ env }: Pick<LookInfo, 'env'>, source: number): number | null {
  for (const name of RANK_SOURCES[source]?.size ?? []) {
    const size = numberOf(env[name]);
    if (size !== null) return size;
  }
  return null;
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null;
  const number = Number(text);
  return number <= MAX_RANK ? number : null;
}

function described({ id, source, size }: JobFound, members: readonly Member[], expectAll: boolean): Job {
  const its = members.filter(({ rank, job }) => rank !== null && job === id);
  const ranksOf = (which: readonly Member[]) => rangesOf(which.map(({ rank }) => rank ?? 0));
  const read = its.filter(({ look }) => look.info.error === null);
  const readRanks = new Set(read.map(({ rank }) => rank));
  const failed = its.filter(({ look, rank }) => look.info.error !== null && !readRanks.has(rank));
  return {
    id,
    variable: RANK_SOURCES[source]?.rank ?? '',
    size,
    ranks: plain(ranksOf(read)),
    unreadable: plain(ranksOf(failed)),
    missing: plain(size === null || !expectAll ? [] : missingOf(ranksOf(its), size)),
  };
}

/** The processes in few numbers. */
export function processSetOf(members: readonly Member[]): ProcessSet {
  const ranks = new Map<string, { job: string | null; numbers: number[] }>();
  const pids = new Map<string, number[]>();
  const cores: string[] = [];
  for (const { rank, job, look } of members) {
    const { core, host, pid } = look.info;
    if (core !== null) cores.push(core);
    else if (rank !== null) pushTo(ranks, job ?? '', () => ({ job, numbers: [] })).numbers.push(rank);
    else if (pid !== null) pushTo(pids, host, () => []).push(pid);
  }
  return {
    processes: members.length,
    ranks: sortedEntries(ranks).map(([, { job, numbers }]): RankSet => ({ job, ranks: plain(rangesOf(numbers)) })),
    pids: sortedEntries(pids).map(([host, numbers]): HostPids => ({ host, pids: plain(rangesOf(numbers)) })),
    cores: cores.sort(),
    children: members.length > 0 && members.every(({ role }) => role === 'child'),
  };
}

function pushTo<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function plain(ranges: ReturnType<typeof rangesOf>): [number, number][] {
  return ranges.map(([first, last]) => [first, last]);
}
