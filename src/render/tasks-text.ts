/** How do tasks look as text? After the threads, loop by loop: what it does, and its tasks as a tree of who waits for whom. */
import type { EventLoop, Snapshot } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';

/** A piece for each loop; none where there are no tasks. */
export function* tasksPieces(snapshot: Snapshot, palette: Palette): Generator<string> {
  for (const loop of snapshot.loops) yield `\n${palette.name(loopText(loop))}\n`;
}

function loopText({ type, address, tid, state, tasks }: EventLoop): string {
  const where = tid === null ? '' : ` in thread ${tid}`;
  return `${harmless(type)} at ${address}${where} [${state}]: ${tasks === 1 ? '1 task' : `${thousands(tasks)} tasks`}`;
}
