/** How is a watch shown while it goes on? Drawn anew in place on a terminal, elsewhere as lines or documents. */

import type { Palette } from '../render/palette.js';
import { eventLines, screenLines, watchSummary } from '../render/watch-text.js';
import type { WatchEvent } from '../watch/model.js';
import { writePieces } from './output.js';
import { widthOf } from './page.js';
import type { WatchPresenter } from './presenter.js';
import { isFlame, type View } from './view.js';
import type { World } from './world.js';

export async function watchPresenter(view: View, world: World, palette: Palette): Promise<WatchPresenter> {
  const { stdout } = world;
  if (isFlame(view.format)) {
    const { watchFlame } = await import('./watch-flame.js');
    return watchFlame(view.format, world);
  }
  if (view.format === 'jsonl') {
    return {
      round: (events) => events.every((event) => stdout.write(`${JSON.stringify(event)}\n`)),
      end: (watch) => void stdout.write(`${JSON.stringify(watch)}\n`),
    };
  }
  if (view.format === 'json') {
    return { round: () => true, end: (watch) => void stdout.write(`${JSON.stringify(watch, null, 2)}\n`) };
  }
  if (view.layout !== 'plain' && (await world.stdoutIsTerminal())) return screen(world, palette);
  const isTold = (event: WatchEvent) => view.verbosity > 0 || isOfNote(event);
  return {
    round: (events) => stdout.write(eventLines(events.filter(isTold), palette).join('')),
    end: (watch) => void writePieces(stdout, watchSummary(watch, palette)),
  };
}

/** Servers start and end threads all the time. */
function isOfNote({ event, tid, task }: WatchEvent): boolean {
  return (tid === null && task === null) || (event !== 'started' && event !== 'ended');
}

/** Lines that a terminal has where it does not say. */
const USUAL_ROWS = 24;
/** To the beginning of that many lines above; wipe from there to the end of the screen. */
const back = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}F\u001b[J`);

/** Things that happened scroll away above; below them stands the state, drawn anew. */
function screen(world: World, palette: Palette): WatchPresenter {
  let drawn = 0;
  return {
    round(events, tell) {
      const room = { palette, width: widthOf(world), rows: Math.max((world.rows() ?? USUAL_ROWS) - 1, 1) };
      const told = eventLines(events.filter(isOfNote), palette);
      const lines = screenLines(tell(), room).map((line) => `${line}\n`);
      const text = back(drawn) + told.join('') + lines.join('');
      drawn = lines.length;
      return world.stdout.write(text);
    },
    end(watch) {
      world.stdout.write(back(drawn));
      writePieces(world.stdout, watchSummary(watch, palette));
    },
  };
}
