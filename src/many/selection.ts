/** Which processes are meant? Ids, and all below them; or every Python for which all that was asked holds. */
import { readFileSync } from 'node:fs';
import { PystackError } from '../errors.js';
import { PythonSpotter } from '../process/live/looks-python.js';
import {
  cgroupsOf,
  commandText,
  environmentOf,
  listProcesses,
  ownerOf,
  withDescendants,
} from '../process/live/process-list.js';

export interface Selection {
  /** Processes by their ids; empty: all that the conditions leave. */
  readonly pids: readonly number[];
  /** Whether also the processes that these started, and those that they did, as far as they are Python. */
  readonly children: boolean;
  /** Whether every Python that may be looked at is meant. */
  readonly all: boolean;
  /** A regular expression for the command line. */
  readonly match: string | null;
  /** Part of the path of the control group. */
  readonly cgroup: string | null;
  /** Id of a container, or the beginning of it (at least MIN_CONTAINER_ID characters). */
  readonly container: string | null;
  /** Name or id of the user whose they are. */
  readonly user: string | null;
  /** `NAME=value`, all of which stand in the environment they were started with. */
  readonly environment: readonly string[];
}

export const NO_SELECTION: Selection = {
  pids: [],
  children: false,
  all: false,
  match: null,
  cgroup: null,
  container: null,
  user: null,
  environment: [],
};

export interface Selected {
  readonly pids: readonly number[];
  /** Processes that are called like Python, and that we may not look into. */
  readonly refused: readonly number[];
}

/** Fewer characters of a container's id than this are too few to mean one. */
const MIN_CONTAINER_ID = 6;

/**
 * The processes that are meant, in the order of their ids, or for given ids in the order given with each one's
 * descendants after it. `self` is never among those found. Throws PystackError `usage`, `no-such-process`.
 */
export function selectProcesses(selection: Selection, self: number): Selected {
  return selection.pids.length > 0 ? byId(selection) : byCondition(selection, self);
}

function byId({ pids, children }: Selection): Selected {
  const given = [...new Set(pids)];
  if (!children) return { pids: given, refused: [] };
  const spotter = new PythonSpotter();
  const tree = withDescendants(given, listProcesses());
  const verdicts = new Map(tree.map((pid) => [pid, spotter.look(pid)]));
  const pythons = tree.filter((pid) => verdicts.get(pid) === 'yes');
  // What was named and is no Python is left out like a shell between others, but not when nothing else is there: why
  // it cannot be shown has to be said.
  const named = given.filter(
    (pid) => verdicts.get(pid) !== 'yes' && (pythons.length === 0 || verdicts.get(pid) !== 'no'),
  );
  const refused = tree.filter((pid) => verdicts.get(pid) === 'suspect' && !given.includes(pid));
  return { pids: [...named, ...pythons], refused };
}

function byCondition(selection: Selection, self: number): Selected {
  const processes = listProcesses();
  const holds = conditionsOf(selection);
  const spotter = new PythonSpotter();
  const found: number[] = [];
  const refused: number[] = [];
  const ours = carriersOf(self, processes);
  const roots = processes.filter(({ pid }) => pid !== self && holds.every((condition) => condition(pid)));
  const ids = roots.map(({ pid }) => pid);
  for (const pid of selection.children ? withDescendants(ids, processes) : ids) {
    if (ours.has(pid)) continue;
    const verdict = spotter.look(pid);
    if (verdict === 'yes' && isCarrier(pid)) continue;
    if (verdict === 'yes') found.push(pid);
    else if (verdict === 'suspect') refused.push(pid);
  }
  if (found.length > 0) return { pids: found, refused };
  throw new PystackError('no-such-process', 'no Python process is what was asked for', {
    cause:
      refused.length > 0
        ? `${refused.length} called like Python may not be looked into: they are another user's`
        : `${processes.length} processes are there, ${roots.length} of them fit, and none of these runs Python`,
    nextStep: refused.length > 0 ? 'try as root: sudo pystack …' : 'list what there is: pgrep -af python',
  });
}

/** Stands in the environment of clients that `pystack fleet` runs, and in that of a look that a Python program was told to run. */
export const CARRIER_VARIABLE = 'PYSTACK_CARRIER';

/** A client may be a Python program (clush), with all that was asked for on its command line: it is not meant. */
function isCarrier(pid: number): boolean {
  return (environmentOf(pid) ?? []).some((entry) => entry.startsWith(`${CARRIER_VARIABLE}=`));
}

/** What this look was started by, if that was told to carry it. */
function carriersOf(self: number, processes: readonly { pid: number; ppid: number }[]): Set<number> {
  if (!isCarrier(self)) return new Set();
  const parents = new Map(processes.map(({ pid, ppid }) => [pid, ppid]));
  const ours = new Set<number>();
  for (let pid = parents.get(self); pid !== undefined && !ours.has(pid); pid = parents.get(pid)) ours.add(pid);
  return ours;
}

type Condition = (pid: number) => boolean;

function conditionsOf({ match, cgroup, container, user, environment }: Selection): Condition[] {
  const conditions: Condition[] = [];
  if (user !== null) {
    const uid = userId(user);
    conditions.push((pid) => ownerOf(pid) === uid);
  }
  if (match !== null) {
    const pattern = new RegExp(match, 'u');
    conditions.push((pid) => pattern.test(commandText(pid)));
  }
  if (cgroup !== null) conditions.push((pid) => cgroupsOf(pid).some((path) => path.includes(cgroup)));
  if (container !== null) {
    const isIn = containerTest(container);
    conditions.push((pid) => cgroupsOf(pid).some(isIn));
  }
  if (environment.length > 0) {
    conditions.push((pid) => {
      const its = new Set(environmentOf(pid));
      return environment.every((entry) => its.has(entry));
    });
  }
  return conditions;
}

/** Engines name the control group of a container by its id: `docker-<id>.scope`, `crio-<id>`, `/docker/<id>`. */
function containerTest(container: string): (path: string) => boolean {
  const id = container.toLowerCase().replace(/^[a-z-]+:\/\//, '');
  if (!/^[0-9a-f]+$/.test(id) || id.length < MIN_CONTAINER_ID) {
    throw new PystackError('usage', `'${container}' is not the id of a container`, {
      cause: `An id has hexadecimal digits, and at least the first ${MIN_CONTAINER_ID} of its 64 are needed.`,
      nextStep: 'find it with: podman ps, docker ps or crictl ps',
    });
  }
  const pattern = new RegExp(`(?:^|[/-])${id}[0-9a-f]*(?:\\.scope)?(?:/|$)`);
  return (path) => pattern.test(path);
}

function userId(user: string): number {
  if (/^\d+$/.test(user)) return Number(user);
  for (const line of readPasswd().split('\n')) {
    const [name, , uid] = line.split(':');
    if (name === user && uid !== undefined) return Number(uid);
  }
  throw new PystackError('usage', `there is no user '${user}'`, {
    cause: 'The name does not stand in /etc/passwd.',
    nextStep: `give the number instead: id -u ${/^[\w.-]+$/.test(user) ? user : '<name>'}`,
  });
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch (error) {
    throw new PystackError('file-unreadable', '/etc/passwd cannot be read', {
      cause: error instanceof Error ? error.message : undefined,
      nextStep: 'give the number of the user instead of the name',
      underlying: error,
    });
  }
}
