/**
 * How does a Snapshot look as plain text? In the shape that eyes and scripts know from Bloomberg's pystack: a header for
 * each thread, oldest frame first, the source line under each Python frame, a blank line between threads. What is missing
 * or doubtful stands as a note under the thread it is about. Nothing is folded, so that each thread stands by itself.
 */
import type { Snapshot, Thread } from '../snapshot.js';
import { coreText } from './core-text.js';
import { findingsText } from './findings-text.js';
import { FrameWriter } from './frame-text.js';
import { conditionsText } from './head.js';
import { interpretersPieces } from './interpreter-text.js';
import { looseText } from './loose-text.js';
import { PLAIN } from './palette.js';
import { tasksPieces } from './tasks-text.js';
import { contextOf, framesAsFound, type TextOptions, threadBody, threadHeader } from './thread-text.js';

export type { TextOptions };

/** The whole report, ending in a newline, or '' when there is nothing to show. */
export function renderText(snapshot: Snapshot, options: TextOptions = {}): string {
  return [...textPieces(snapshot, options)].join('');
}

/** The same in pieces, about one a thread, so that a large report never has to be one string. */
export function* textPieces(snapshot: Snapshot, options: TextOptions = {}): Generator<string> {
  const palette = options.palette ?? PLAIN;
  if (snapshot.core) yield coreText(snapshot, palette, options.executableGiven ?? false);
  if (options.waits !== false) {
    yield conditionsText(snapshot, palette);
    yield findingsText(snapshot, palette);
  }
  yield* interpretersPieces(snapshot, { ...options, palette }, (one) => interpreterPieces(one, options));
}

/** The threads and tasks of one interpreter. */
function* interpreterPieces(snapshot: Snapshot, options: TextOptions): Generator<string> {
  const palette = options.palette ?? PLAIN;
  const context = contextOf(snapshot, new FrameWriter(palette), options);
  let previous: Thread | null = null;
  for (const thread of snapshot.threads) {
    // One OS thread in several interpreters is one paragraph.
    const continues = previous !== null && thread.tid !== null && thread.tid === previous.tid;
    const separator = previous === null || continues ? '' : '\n';
    const header = threadHeader(thread, context, continues);
    const body = threadBody(thread, context, ({ frames }) => framesAsFound(frames, context));
    yield `${separator}${[...header, ...body].join('\n')}\n`;
    previous = thread;
  }
  yield* looseText(snapshot, context, snapshot.threads.length > 0);
  if (options.tasks !== false) yield* tasksPieces(snapshot, palette, context.frames);
}
