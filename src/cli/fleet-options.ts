/** What can `pystack fleet` be told beside what `collect` and `group` can? Where to go, what carries it, and for how long. */
import { Option } from 'commander';
import { parseCount, parseSeconds } from './values.js';

/** How long a host may take, seconds. */
export const DEFAULT_TIMEOUT_S = 60;
/** How many hosts are asked at once. */
export const DEFAULT_FANOUT = 64;

export function fleetOptions(): Option[] {
  return [
    new Option('--ssh <hosts>', 'hosts by ssh: n[01-16],login or @FILE'),
    new Option('--srun <job>', 'the nodes of a running Slurm job, in a step beside it'),
    new Option('--mpirun [hosts]', "hosts by Open MPI; without them those of mpirun's own allocation or hostfile"),
    new Option('--kubectl <pods>', 'pods by their names, or a selector such as app=train'),
    new Option('--ray [address]', 'the nodes of a Ray cluster; without an address the one that is running here'),
    new Option('--dask <address>', 'the hosts of a Dask cluster, by the address of its scheduler'),
    new Option('--client <program>', 'in place of the usual client: pdsh, clush, the Python that has Ray or Dask'),
    new Option('--client-option <word>', 'a word for that client, as --client-option=-F; repeatable').argParser(
      (word: string, before: string[] = []) => [...before, word],
    ),
    new Option('--pystack <path>', 'what pystack is called over there (default: pystack)'),
    new Option('--send <file>', 'send this file along and run it there: the one-file pystack'),
    new Option('--image <name>', 'with --kubectl: look from a container of this image, added to each pod'),
    new Option('--target <container>', 'with --kubectl: the container of each pod'),
    new Option('--timeout <s>', `seconds for each host (default: ${DEFAULT_TIMEOUT_S})`).argParser(
      parseSeconds('--timeout'),
    ),
    new Option('--fanout <n>', `hosts asked at once (default: ${DEFAULT_FANOUT})`).argParser(parseCount('--fanout')),
    new Option('-o, --output <file>', 'write the answers merged, for `pystack group`, and show nothing'),
  ];
}
