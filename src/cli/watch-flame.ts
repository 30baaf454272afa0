/** What is a watch as a flame graph? Each look at a thread is a sample of its stack. Grows with different stacks, not with looks. */
import { stackOf } from '../many/looks/from-snapshot.js';
import { collapsedPieces } from '../render/flame/collapsed.js';
import { type FlameSample, flameStack } from '../render/flame/samples.js';
import { speedscopePieces } from '../render/flame/speedscope.js';
import type { Snapshot } from '../snapshot.js';
import { version } from '../version.js';
import type { Watch } from '../watch/model.js';
import { writePieces } from './output.js';
import type { WatchPresenter } from './presenter.js';
import type { FlameFormat } from './view.js';
import type { World } from './world.js';

interface Counted {
  readonly stack: FlameSample['stack'];
  looks: number;
}

/** Writes all samples in the end. */
export function watchFlame(format: FlameFormat, world: World): WatchPresenter {
  const counted = new Map<string, Counted>();
  const known = new WeakMap<Snapshot, Counted[]>();
  const countedOf = (snapshot: Snapshot): Counted[] =>
    snapshot.threads.map(({ frames }) => {
      const stack = flameStack(stackOf(frames));
      const key = JSON.stringify(stack);
      const one = counted.get(key) ?? { stack, looks: 0 };
      counted.set(key, one);
      return one;
    });
  return {
    round(_events, _tell, snapshots) {
      for (const snapshot of snapshots) {
        const its = known.get(snapshot) ?? countedOf(snapshot);
        known.set(snapshot, its);
        for (const one of its) one.looks++;
      }
      return true;
    },
    end({ processes, looks }: Watch) {
      const samples = [...counted.values()].map(({ stack, looks: weight }) => ({ stack, weight }));
      if (format === 'collapsed') writePieces(world.stdout, collapsedPieces(samples));
      else {
        const [first] = processes;
        const who = processes.length === 1 ? `process ${first?.pid}` : `${processes.length} processes`;
        const name = `${who}, ${looks} looks`;
        writePieces(world.stdout, speedscopePieces(name, [{ name, unit: 'none', samples }], `pystack ${version()}`));
      }
    },
  };
}
