/**
 * Where will the walks of many threads lead? Each follows pointers, a page at a time, and a call for each page costs more
 * than the page. So the links of all threads are followed together first, each step's pages in one call. Nothing of this
 * is what a walk finds, and nobody is noted to have read these pages: the walk itself does that.
 */

import { isUserSpace } from '../memory/address.js';
import type { PagedMemory } from '../memory/pages.js';
import type { Layout } from '../python/layouts/layout.js';
import type { ThreadStateWalk } from '../python/runtime.js';

/** Steps with a call each: as many pages of a stack, which holds some thirty frames a page. */
const STEPS = 8;
/** Frames followed within pages that are there: a chain may be a cycle. */
const FRAMES_A_STEP = 256;

/** Fetches the pages on which the first frames of these threads are. */
export function readAhead(
  memory: PagedMemory,
  { frames }: Pick<Layout, 'frames'>,
  states: readonly ThreadStateWalk[],
): void {
  let at: number[] = states.flatMap(({ currentFrame }) => currentFrame ?? []);
  memory.ahead(at);
  if (frames.kind === 'interpreter-frames' && frames.cframe_current_frame !== undefined) {
    const offset = frames.cframe_current_frame;
    at = at.flatMap((cframe) => memory.peek(cframe + offset) ?? []);
    memory.ahead(at);
  }
  const link = frames.kind === 'frame-objects' ? frames.PyFrameObject.f_back : frames._PyInterpreterFrame.previous;
  for (let step = 0; step < STEPS && at.length > 0; step++) {
    at = at.flatMap((frame) => firstElsewhere(memory, frame, link) ?? []);
    memory.ahead(at);
  }
}

/** The first of a chain of frames that is on no page fetched so far; null: the chain ends before. */
function firstElsewhere(memory: PagedMemory, first: number, link: number): number | null {
  let at = first;
  for (let n = 0; n < FRAMES_A_STEP; n++) {
    const next = memory.peek(at + link);
    if (next === null || !isUserSpace(next)) return null;
    if (!memory.has(next)) return next;
    at = next;
  }
  return null;
}
