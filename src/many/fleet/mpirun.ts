/** How does Open MPI carry it? A job of its own, with one process on each host. */
import { hostsOf } from './host-list.js';
import type { FleetRequest, Plan } from './model.js';
import { collectWords } from './remote-words.js';
import { labelledLines, labelledWithin } from './sorters.js';

/** Open MPI 4: `[1,3]<stdout>:`, 5: `[prterun-n1-123@1,3]<stdout>: `. Long lines have one in their middle every 4,096 bytes. */
const TAG = /\[[\w@.-]{1,300},\d+\]<stdout>:/;
const LABEL = /^\[[^\],]*,(\d+)\]<stdout>: ?/;

/** Throws PystackError `usage`. */
export function mpirunPlan(request: FleetRequest): Plan {
  const hosts = request.where === null ? null : hostsOf(request.where, '--mpirun');
  const place = hosts === null ? [] : ['--host', hosts.map((host) => `${host}:1`).join(',')];
  const [program = '', ...words] = collectWords(request);
  const run = request.send === null ? ['--', program, ...words] : ['--preload-binary', '--', request.send, ...words];
  return {
    before: [],
    calls: [
      {
        program: request.client ?? 'mpirun',
        args: [...request.clientOptions, ...place, '--map-by', 'ppr:1:node', '--tag-output', ...run],
        stdin: null,
        hosts,
        // Ranks follow the order of the hosts.
        sorter: () =>
          labelledWithin(
            TAG,
            labelledLines(LABEL, (rank) => hosts?.[Number(rank)] ?? null),
          ),
      },
    ],
  };
}
