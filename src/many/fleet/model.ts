/** What is run, on this machine, so that `pystack collect` runs on others? Plain data: who carries it, and with which words. */

/** Programs and services that carry a command to other hosts. */
export const CARRIERS = ['ssh', 'srun', 'mpirun', 'kubectl', 'ray', 'dask'] as const;
export type CarrierName = (typeof CARRIERS)[number];

/** What was asked for on the command line. */
export interface FleetRequest {
  readonly carrier: CarrierName;
  /** Hosts, a job, pods, or an address, as the carrier has it; null: it knows by itself. */
  readonly where: string | null;
  /** The program in place of the carrier's usual client; null: that one. */
  readonly client: string | null;
  /** Words for the client, before ours. */
  readonly clientOptions: readonly string[];
  /** Name or path of pystack on the other side. */
  readonly pystack: string;
  /** The file to send there, and to run in its place; null: it is there. */
  readonly send: string | null;
  /** What follows `pystack collect` there. */
  readonly collect: readonly string[];
  /** How long each host may take, in seconds. */
  readonly timeoutS: number;
  /** How many clients may run at once, where each host has its own. */
  readonly fanout: number;
  /** Of pods: the image of a container that is added for it; null: it runs in what is there. */
  readonly image: string | null;
  /** Of pods: the container; null: the default one. */
  readonly target: string | null;
}

/** One program to be run here. Its words are handed over as they are, never through a shell. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** File that is its standard input; null: nothing is. */
  readonly stdin: string | null;
}

/** A client that brings answers. */
export interface Call extends Command {
  /** Whose answers; null: whoever it finds. */
  readonly hosts: readonly string[] | null;
  /** Makes whole lines of what it prints, and tells of whom they are. One for each run. */
  readonly sorter: () => Sorter;
}

export interface Sorter {
  /** A line that was printed (without its end): the whole lines that are known now; none, if it goes on. */
  push(line: string): readonly Sorted[];
}

export interface Sorted {
  readonly line: string;
  /** As it was asked; null: the line has to say it itself. */
  readonly host: string | null;
  /** Why this host has no answer, where the client says so. */
  readonly problem?: string;
  /** It is of several hosts, who were or will be told of. */
  readonly merged?: true;
  /** Hosts that it says have answered, of what comes merged. */
  readonly answered?: boolean;
}

export interface Plan {
  /** Run one after the other, to their ends, before any call. */
  readonly before: readonly Command[];
  readonly calls: readonly Call[];
}

/** Runs a program here, and returns what it prints. Throws PystackError `engine-not-found`, `engine-failed`. */
export type Ask = (program: string, args: readonly string[]) => Promise<string>;
