/** How is a set of processes told in one line? By rank where they have one, else by host and process id; cores by path. */

import { rangesText } from '../many/groups/ranges.js';
import type { Places } from '../many/groups/tree.js';
import { thousands } from '../thousands.js';
import { harmless } from './escape.js';

/** Ranges, hosts and paths that one line has room for; of more it says how many. */
const MOST_RANGES = 12;
const MOST_HOSTS = 4;
const MOST_CORES = 3;

/** What need not be said since there is only one. */
export interface Whereabouts {
  readonly oneJob: boolean;
  readonly oneHost: boolean;
  /** Whether the processes are children of others that are shown. */
  readonly children?: boolean;
}

/** `ranks 0-511,513-1023`, `processes 12-19 on n1`, `core.17 and core.18`; '' for none. */
export function placesText({ ranks, pids, cores }: Places, { oneJob, oneHost, children }: Whereabouts): string {
  const parts: string[] = [];
  for (const { job, ranks: its } of ranks) {
    const of = oneJob || job === null ? '' : ` of job ${harmless(job)}`;
    parts.push(`${isOne(its) ? 'rank' : 'ranks'} ${rangesText(its, MOST_RANGES)}${of}`);
  }
  const shownHosts = pids.slice(0, MOST_HOSTS);
  for (const { host, pids: its } of shownHosts) {
    const on = oneHost || host === '' ? '' : ` on ${harmless(host)}`;
    parts.push(
      `${children ? 'child ' : ''}${isOne(its) ? 'process' : 'processes'} ${rangesText(its, MOST_RANGES)}${on}`,
    );
  }
  if (pids.length > shownHosts.length) parts.push(`${count(pids.length - shownHosts.length)} more hosts`);
  if (cores.length > 0) {
    parts.push(cores.slice(0, MOST_CORES).map(harmless).join(', '));
    if (cores.length > MOST_CORES) parts.push(`${count(cores.length - MOST_CORES)} more cores`);
  }
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

function isOne(ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.length === 1 && ranges[0]?.[0] === ranges[0]?.[1];
}

/** With commas at the thousands. */
export function count(number: number): string {
  return thousands(number);
}

/** `1 thread`, `2,000 threads`. */
export function counted(number: number, what: string, plural = `${what}s`): string {
  return `${count(number)} ${number === 1 ? what : plural}`;
}
