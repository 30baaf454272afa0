/**
 * What does one read on a terminal at three in the morning? The same stacks in the same words as text.ts has them, below a
 * head that says what is looked at, and without what is only in the way: recursion, threads that stand at the same place,
 * how `threading` starts a thread, the beginnings of long paths.
 */
import { callOf, runsOf } from '../report/fold.js';
import type { Frame, Snapshot, Thread } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { coreText } from './core-text.js';
import { harmless } from './escape.js';
import { findingsText } from './findings-text.js';
import { FrameWriter } from './frame-text.js';
import { headText } from './head.js';
import { interpretersPieces } from './interpreter-text.js';
import { type Link, NO_LINKS } from './links.js';
import { looseText } from './loose-text.js';
import type { Palette } from './palette.js';
import { FULL_PATHS, shortPaths } from './paths.js';
import { tasksPieces } from './tasks-text.js';
import { isStartOfThread } from './thread-start.js';
import { type Context, contextOf, framesAsFound, type TextOptions, threadBody, threadHeader } from './thread-text.js';
import { WaitsText } from './waits-text.js';

export interface PageOptions extends TextOptions {
  readonly palette: Palette;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether paths are shown whole. */
  readonly fullPaths: boolean;
  /** Whether a value under that name is a secret; asked of the command line. */
  readonly isSecret: (name: string) => boolean;
  /** How paths become links; default: not at all. */
  readonly link?: Link;
}

/** Threads that stand at the same place, in the same state. */
interface Group {
  readonly threads: Thread[];
  readonly body: string;
}

/** The whole page in pieces, about one a group. */
export function* pagePieces(snapshot: Snapshot, options: PageOptions): Generator<string> {
  const { palette, width, fullPaths, isSecret } = options;
  const paths = fullPaths ? FULL_PATHS : shortPaths(snapshot);
  yield headText(snapshot, { palette, width, isSecret, paths });
  if (snapshot.core) yield coreText(snapshot, palette, options.executableGiven ?? false);
  if (options.waits !== false) yield findingsText(snapshot, palette);
  yield* interpretersPieces(snapshot, options, (one) => interpreterPieces(one, options));
}

/** The threads and tasks of one interpreter. */
function* interpreterPieces(snapshot: Snapshot, options: PageOptions): Generator<string> {
  const { palette, width, fullPaths, link = NO_LINKS } = options;
  const paths = fullPaths ? FULL_PATHS : shortPaths(snapshot);
  const frames = new FrameWriter(palette, {
    fileText: (file, line) => link(harmless(paths.short(file)), file, line),
    wrap: { width },
  });
  const context = contextOf(snapshot, frames, options);
  const foldedFrames = (thread: Thread) => foldedLines(thread.frames, context);
  let separator = '';
  if (context.showInterpreter) {
    // One OS thread in several interpreters is one paragraph; such are not grouped.
    let previous: Thread | null = null;
    for (const thread of snapshot.threads) {
      const continues = previous !== null && thread.tid !== null && thread.tid === previous.tid;
      const lines = [...threadHeader(thread, context, continues), ...threadBody(thread, context, foldedFrames)];
      yield `${continues ? '' : separator}${lines.join('\n')}\n`;
      separator = '\n';
      previous = thread;
    }
    yield* looseText(snapshot, context, separator !== '');
    if (options.tasks !== false) yield* tasksPieces(snapshot, palette, frames);
    return;
  }
  // Threads that wait for the same are one group, however long each has waited.
  const timeless = { ...context, waits: context.waits && new WaitsText(snapshot, false) };
  for (const { threads, body } of groupsOf(snapshot.threads, timeless, foldedFrames)) {
    const [first] = threads;
    if (first === undefined) continue;
    const header = threads.length === 1 ? threadHeader(first, context, false) : groupHeader(threads, context);
    const own = threads.length === 1 ? ended(threadBody(first, context, foldedFrames)) : body;
    yield `${separator}${header.join('\n')}\n${own}`;
    separator = '\n';
  }
  yield* looseText(snapshot, context, separator !== '');
  if (options.tasks !== false) yield* tasksPieces(snapshot, palette, frames);
}

function ended(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** In the order of the first of each; the body is each thread's own below its header. */
function groupsOf(
  threads: readonly Thread[],
  context: Context,
  framesOf: (thread: Thread) => string[],
): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const thread of threads) {
    const body = ended(threadBody(thread, context, framesOf));
    const key = `${context.status(thread)}\n${thread.frames.length}\n${body}`;
    const group = groups.get(key);
    if (group) group.threads.push(thread);
    else groups.set(key, { threads: [thread], body });
  }
  return groups.values();
}

/** Names and numbers shown of a group's threads. */
const NAMES_SHOWN = 3;
const RANGES_SHOWN = 6;

function groupHeader(threads: readonly Thread[], context: Context): string[] {
  const [first] = threads;
  if (first === undefined) return [];
  const names = threads.map((thread) => thread.name ?? thread.osName).filter((name) => name !== null);
  const told = names.length > NAMES_SHOWN + 1 ? [...names.slice(0, NAMES_SHOWN - 1), '…', ...names.slice(-1)] : names;
  const distinct = new Set(names).size === 1 ? names.slice(0, 1) : told;
  const name = distinct.length === 0 ? '' : ` (${distinct.map(harmless).join(', ')})`;
  const status = context.status(first);
  const empty = first.frames.length === 0 ? ', whose frame stacks are empty' : '';
  const ids = `  ${context.palette.faint(`ids: ${idRanges(threads)}`)}`;
  return [`Traceback for ${threads.length} threads${name} ${status}${empty} (most recent call last):`, ids];
}

/** `101-103, 107`; a thread without an id is a `?`. */
function idRanges(threads: readonly Thread[]): string {
  const ids = threads.flatMap(({ tid }) => (tid === null ? [] : [tid])).sort((a, b) => a - b);
  const ranges: { from: number; to: number }[] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last && id === last.to + 1) last.to = id;
    else ranges.push({ from: id, to: id });
  }
  const told = ranges.slice(0, RANGES_SHOWN).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  if (ranges.length > RANGES_SHOWN) told.push(`and ${ranges.length - RANGES_SHOWN} more ranges`);
  if (ids.length < threads.length) told.push(`${threads.length - ids.length} without an id`);
  return told.join(', ');
}

/** Frames one after the other, or so many that are left out. */
type Part = { readonly frames: readonly Frame[] } | { readonly count: number; readonly round: readonly Frame[] };

/** Of one stack, what is worth reading. */
function foldedLines(frames: readonly Frame[], context: Context): string[] {
  const { palette } = context;
  const skipped = startFrames(frames);
  const lines = skipped > 0 ? [`    ${palette.faint(`… ${skipped} frames in which threading starts the thread`)}`] : [];
  const parts = withoutMiddle(partsOf(frames.slice(skipped)));
  for (const part of parts) {
    if ('frames' in part) for (const line of framesAsFound(part.frames, context)) lines.push(line);
    else lines.push(`    ${palette.note(foldText(part.count, part.round))}`);
  }
  return lines;
}

/** Frames of a run that are shown before the rest is only counted. */
const SHOWN_FRAMES = 3;

function partsOf(frames: readonly Frame[]): Part[] {
  return runsOf(frames, keyOf).flatMap(({ from, length, times }): Part[] => {
    const end = from + length * times;
    const shown = length * Math.min(times, Math.max(1, Math.floor(SHOWN_FRAMES / length)));
    // What a thread is at is the innermost frame: it is shown even where it is one more of the same.
    const last = end === frames.length ? length : 0;
    const count = length * times - shown - last;
    if (times === 1 || count < 2) return [{ frames: frames.slice(from, end) }];
    const round = frames.slice(from, from + length);
    const fold: Part[] = [{ frames: frames.slice(from, from + shown) }, { count, round }];
    return last === 0 ? fold : [...fold, { frames: frames.slice(end - last, end) }];
  });
}

/** The same call: as groups have it, but what has no name is only the same at the same address. */
function keyOf(frame: Frame): string {
  return frame.kind === 'native' && frame.symbol === null ? frame.address : callOf(frame);
}

/** A stack of more frames than that, which follows no pattern, is shown by its ends: so many of the outermost. */
const MOST_FRAMES = 200;
const OUTER_FRAMES = 80;

function withoutMiddle(parts: readonly Part[]): readonly Part[] {
  const single = parts.flatMap((part): Part[] =>
    'frames' in part ? part.frames.map((frame) => ({ frames: [frame] })) : [part],
  );
  if (single.length <= MOST_FRAMES) return parts;
  const innerFrom = single.length - (MOST_FRAMES - OUTER_FRAMES);
  const hidden = single.slice(OUTER_FRAMES, innerFrom);
  const count = hidden.reduce((sum, part) => sum + ('frames' in part ? 1 : part.count), 0);
  return [...single.slice(0, OUTER_FRAMES), { count, round: [] }, ...single.slice(innerFrom)];
}

/** How many of the outermost frames are threading's own; 0 where nothing would be left. */
export function startFrames(frames: readonly Frame[]): number {
  let count = 0;
  while (count < frames.length && isStartOfThread(frames[count])) count++;
  return count < 2 || count === frames.length ? 0 : count;
}

/** `… 49,990 more of f (x.py:4)` */
function foldText(count: number, round: readonly Frame[]): string {
  if (round.length === 0) return `… ${thousands(count)} frames more (--plain shows all)`;
  const calls = round.map(placeOf);
  const names = calls.slice(0, 3).join(', ') + (calls.length > 3 ? `, and ${calls.length - 3} others` : '');
  return `… ${thousands(count)} more of ${names}`;
}

function placeOf(frame: Frame): string {
  const file = frame.file?.split('/').at(-1);
  const place = file === undefined ? '' : ` (${harmless(file)}:${frame.line ?? '?'})`;
  return `${harmless(frame.kind === 'python' ? (frame.qualname ?? frame.function) : (frame.symbol ?? frame.address))}${place}`;
}
