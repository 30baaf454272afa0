/** Which process is it, on which machine, in which job? What stands in a look beside the stacks. */
import { hostname } from 'node:os';
import { readStat } from '../process/live/proc-files.js';
import { environmentOf } from '../process/live/process-list.js';
import type { About } from './looks/from-snapshot.js';
import { identityOf } from './looks/identity-variables.js';

/** Of a running process. What has ended meanwhile, or may not be read, is null. Ask before it is looked at: it may end. */
export function aboutProcess(pid: number, host = hostname()): About {
  const stat = readStat(pid);
  return {
    host,
    pid,
    start: stat?.startTicks ?? null,
    ppid: stat?.ppid ?? null,
    env: identityOf(environmentOf(pid) ?? []),
    at: new Date().toISOString(),
    core: null,
  };
}

/** Of a core file: where it came from it does not say. */
export function aboutCore(path: string, host = ''): About {
  return { host, pid: null, start: null, ppid: null, env: {}, at: new Date().toISOString(), core: path };
}
