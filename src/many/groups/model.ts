/**
 * What is the result when the threads of many processes are put together? Plain data, like a Snapshot: those with the
 * same stack are one group, with who they are. Renderers read nothing else.
 */

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const GROUPS_VERSION = 1;

export interface Groups {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof GROUPS_VERSION;
  /** Tells this document from others. */
  kind: 'groups';
  /** How many processes, threads and hosts it tells of; what could not be read is not counted. */
  counts: Counts;
  /** When the first of them was looked at, by its host's clock (ISO 8601, UTC); null: there is none. */
  from: string | null;
  /** When the last was. */
  to: string | null;
  /** How those answered that were asked on other hosts; null: nobody was asked, it was read from files or here. */
  fleet: Fleet | null;
  /** Jobs whose processes are numbered, with those that are missing. */
  jobs: Job[];
  /** What is wrong in single processes, by what it is; the certain ones first. */
  findings: GroupedFinding[];
  /** What crashed, by where; the most frequent first. Only of core files. */
  crashes: Crash[];
  /** The odd ones first, then those that findings are about, then by size. */
  groups: Group[];
  /** Processes that could not be read, by the reason. */
  failures: GroupedFailure[];
  /** Processes of which something is missing: a warning's code, and how many have it. */
  warnings: CountedWarning[];
  /** Whether every process could be read wholly, and no rank is missing. */
  complete: boolean;
}

export interface Fleet {
  /** What carried it there: `ssh`, `srun` … */
  carrier: string;
  /** How many hosts were asked; null: the carrier knows, and does not say. */
  asked: number | null;
  /** How many of them answered, be it that there is nothing to be shown. */
  answered: number;
  /** Those that did not, by the reason. */
  silent: SilentHosts[];
}

export interface SilentHosts {
  /** `late`: their time was up; `failed`: what carried it ended without an answer; `damaged`: it could not be read. */
  why: 'late' | 'failed' | 'damaged';
  /** The reason in words. */
  detail: string;
  /** Their names, as they were asked. */
  hosts: string[];
}

export interface Counts {
  /** Processes that were looked at. */
  processes: number;
  /** Their threads. */
  threads: number;
  /** Machines they run on; 0: only core files, which do not say. */
  hosts: number;
}

export interface Job {
  /** As the launcher calls it; null: it has no name. */
  id: string | null;
  /** The variable that numbers its processes. */
  variable: string;
  /** How many processes it has by its own word; null: it does not say. */
  size: number | null;
  /** Ranks that were looked at: pairs of first and last. */
  ranks: [number, number][];
  /** Ranks that were found, but could not be read. */
  unreadable: [number, number][];
  /** Ranks of which nothing is known. */
  missing: [number, number][];
}

export interface Group {
  /** How many threads stand there. */
  threads: number;
  /** How many processes these belong to. */
  processes: number;
  /** Who they are, each once; a row is exact: each of these processes has each of these threads here. */
  who: Who[];
  /** Outermost first; recursion folded. */
  stack: Run[];
  /** Where most of their like stand elsewhere; null: they do not. */
  odd: Oddity | null;
  /** What they do besides, and how many of them; those of which nothing is known are not counted. */
  states: CountedText[];
  /** For how long they have not run; null: of none it is known. */
  still: Stillness | null;
  /** How many of them a finding is about. */
  inFindings: number;
  /** How many of these stacks may be of different instants. */
  inconsistent: number;
  /** How many lack outer frames. */
  truncated: number;
  /** One of them, to look at. */
  example: Example;
}

export interface Stillness {
  /** The shortest time, ms. */
  leastMs: number;
  /** The longest, ms. */
  mostMs: number;
  /** Of how many threads it is known. */
  threads: number;
}

/** Threads of processes. */
export interface Who {
  /** How many threads this row means. */
  threads: number;
  /** Their names, as in `worker-[3-31,40]`; `#` stands for any number where they are called differently everywhere. */
  names: string;
  /** Whether `names` is what each of the processes has; false: they have different ones of these. */
  exact: boolean;
  /** The processes. */
  of: ProcessSet;
}

export interface ProcessSet {
  /** How many. */
  processes: number;
  /** Ranks by job, where they are numbered. */
  ranks: RankSet[];
  /** Process ids by host, of those that are not numbered. */
  pids: HostPids[];
  /** Core files. */
  cores: string[];
  /** Whether these are processes that another of them started: workers of a server, loaders of a rank. */
  children: boolean;
}

export interface RankSet {
  /** As in `jobs`. */
  job: string | null;
  /** Pairs of first and last. */
  ranks: [number, number][];
}

export interface HostPids {
  /** Name of the machine; '': not known. */
  host: string;
  /** Pairs of first and last. */
  pids: [number, number][];
}

/** Frames that stand there in a row, once or many times. */
export interface Run {
  /** Rounds at least, over the threads of the group; 1: no recursion. */
  least: number;
  /** Rounds at most. */
  most: number;
  /** Outermost first. */
  frames: GroupFrame[];
}

export interface GroupFrame {
  /** Tells Python frames from native ones. */
  kind: 'python' | 'native';
  /** Qualified where the version has it; of native code the symbol; null: there is none. */
  name: string | null;
  /** As the target has it; of native code the library. */
  file: string | null;
  /** The line most of them are at; null: not known. */
  line: number | null;
  /** All lines where they are not the same, with the number of threads; else empty. */
  lines: CountedLine[];
  /** The source of `line`; null: not known. */
  source: string | null;
}

export interface CountedLine {
  /** null: not known. */
  line: number | null;
  /** How many stand there. */
  threads: number;
}

export interface Oddity {
  /** How many of this kind of thread stand together elsewhere. */
  elsewhere: number;
  /** How many of this kind there are. */
  of: number;
}

export interface CountedText {
  /** In a word or two, e.g. `in futex`. */
  text: string;
  /** How many threads. */
  threads: number;
}

export interface Example {
  /** Name of the machine; '': not known. */
  host: string;
  /** Process id there; null: not known. */
  pid: number | null;
  /** Thread id there; null: not known. */
  tid: number | null;
  /** The core file; null: it was running. */
  core: string | null;
  /** What it runs, without arguments; null: not known. */
  command: string | null;
}

export interface Crash {
  /** The signal or exception, and the five innermost frames: what makes two crashes the same. */
  signature: string;
  /** `SIGSEGV`; null: not known. */
  signal: string | null;
  /** Type of the exception in hand; null: none, or not read. */
  exception: string | null;
  /** How many processes. */
  processes: number;
  /** The core files, all of them. */
  cores: string[];
  /** The stack of the example's faulting thread. */
  stack: Run[];
  /** One of them, to look at. */
  example: Example;
}

export interface GroupedFinding {
  /** One word; an open list, since a newer version may have collected. */
  code: string;
  /** Whether it is proven. */
  certain: boolean;
  /** What is wrong in the first of them, in a sentence. */
  message: string;
  /** In which processes the same is wrong, but for names and numbers. */
  of: ProcessSet;
}

export interface GroupedFailure {
  /** One of the closed list of docs/errors.md. */
  code: string;
  /** What happened to the first of them. */
  message: string;
  /** Which processes. */
  of: ProcessSet;
}

export interface CountedWarning {
  /** One of the closed list of docs/warnings.md. */
  code: string;
  /** How many processes have it. */
  processes: number;
}
