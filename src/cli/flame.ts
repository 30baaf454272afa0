/** How are stacks written for flame graphs? All threads of a set of looks as one picture. */
import type { LookSet } from '../many/looks/look-set.js';
import { collapsedPieces } from '../render/flame/collapsed.js';
import { samplesOfLooks } from '../render/flame/samples.js';
import { speedscopePieces } from '../render/flame/speedscope.js';
import { thousands } from '../thousands.js';
import { version } from '../version.js';
import { writePieces } from './output.js';
import type { FlameFormat } from './view.js';
import type { World } from './world.js';

/** Each thread weighs 1. */
export function writeFlame(set: LookSet, format: FlameFormat, world: World): void {
  const samples = samplesOfLooks(set);
  if (format === 'collapsed') writePieces(world.stdout, collapsedPieces(samples));
  else {
    const name = nameOf(set);
    writePieces(world.stdout, speedscopePieces(name, [{ name, unit: 'none', samples }], `pystack ${version()}`));
  }
}

/** What it is of, in a few words. */
function nameOf(set: LookSet): string {
  const looks = set.sorted().filter(({ info }) => info.error === null);
  const [only] = looks;
  if (looks.length !== 1 || only === undefined) return `threads of ${thousands(looks.length)} processes`;
  const { core, pid, command } = only.info;
  return `threads of ${core ?? `process ${pid ?? '?'}`}${command === null ? '' : `: ${command}`}`;
}
