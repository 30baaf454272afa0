/** How is what was collected written? As lines on stdout, or to a file that is there whole or not at all. */
import { hostname } from 'node:os';
import { collectLines } from '../many/looks/collect-line.js';
import { failedLook, lookOf } from '../many/looks/from-snapshot.js';
import { LookSet } from '../many/looks/look-set.js';
import { version } from '../version.js';
import type { Invocation } from './invocation.js';
import { writePieces } from './output.js';
import type { Presenter } from './presenter.js';
import { writeWhole } from './whole-file.js';
import type { World } from './world.js';

/** Slurm's name of the node, which need not be the host's: https://slurm.schedmd.com/srun.html#OPT_SLURMD_NODENAME */
const NODE_VARIABLE = 'SLURMD_NODENAME';

export async function collectPresenter(
  { host, output }: Extract<Invocation, { command: 'collect' }>,
  world: World,
): Promise<Presenter> {
  const set = new LookSet();
  const name = host ?? hostname();
  return {
    add({ snapshot, error }, about) {
      set.add(snapshot === null ? failedLook(error, about) : lookOf(snapshot, about));
      return true;
    },
    end() {
      const node = world.env[NODE_VARIABLE];
      const header = { writer: version(), host: name, at: new Date().toISOString() };
      const lines = collectLines(set, node === undefined ? header : { ...header, node });
      if (output === null) writePieces(world.stdout, lines);
      else writeWhole(output.replaceAll('%h', fileName(name)), lines);
    },
  };
}

/** What names a host may hold is not all fit for a file. */
function fileName(host: string): string {
  const name = host.replaceAll(/[^\w.-]/g, '_');
  return /^\.*$/.test(name) ? '_' : name;
}
