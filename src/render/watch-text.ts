/** How is a watch shown? A screen that is drawn anew, lines as things happen, and in the end what came of it. Pure. */
import { durationText } from '../report/duration.js';
import type { Watch, WatchEvent, WatchedProcess, WatchedThread } from '../watch/model.js';
import { agoMs, findingText, placeText, verdictText, whoText } from '../watch/words.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';

/** Threads that are named before the rest is counted. */
const NAMED = 3;

export interface ScreenOptions {
  readonly palette: Palette;
  /** Columns of the terminal. */
  readonly width: number;
  /** Lines that may be used. */
  readonly rows: number;
}

/** At most `rows` lines of at most `width` columns, without line ends: the state as of the last look. */
export function screenLines(watch: Watch, { palette, width, rows }: ScreenOptions): string[] {
  const atMs = Date.parse(watch.to);
  const lines = [headLine(watch)];
  const room = Math.max(Math.floor((rows - 1) / Math.max(watch.processes.length, 1)), 1);
  for (const one of watch.processes) lines.push(...processLines(one, atMs, room));
  return lines.slice(0, rows).map((line, i) => painted(cut(harmless(line), width), i, palette));
}

function painted(line: string, index: number, palette: Palette): string {
  if (/^(?:process \d+: )?STUCK/.test(line) || line.startsWith('! ')) return palette.alarm(line);
  return index === 0 ? palette.faint(line) : line.startsWith('process ') ? palette.name(line) : line;
}

/** `every 1.0 s · look 42 · 03:12:09 UTC · 0.4 % of a CPU · nothing was stopped` */
function headLine({ everyMs, looks, to, cost, processes }: Watch): string {
  const stopped = processes.reduce((sum, one) => sum + one.stoppedThreads, 0);
  const longest = Math.max(0, ...processes.slice(0, MOST_SPREAD).map((one) => one.longestPauseMs));
  const stops = stopped === 0 ? 'nothing was stopped' : `${stopped} stops, the longest ${longest.toFixed(2)} ms`;
  return `every ${durationText(everyMs)} · look ${looks} · ${timeText(to)} UTC · ${percent(cost)} of a CPU · ${stops}`;
}

/** Arguments of one call are bounded. */
const MOST_SPREAD = 10_000;

function processLines(one: WatchedProcess, atMs: number, room: number): string[] {
  const { pid, command, python, endedAt, error, findings } = one;
  const threads = inOrder([...one.threads, ...one.tasks]);
  const what = [command, python === null ? null : `CPython ${python}`].filter((text) => text !== null);
  const state = endedAt !== null ? 'has ended' : (error ?? verdictText(one, atMs));
  const lines = [`process ${pid}${what.length > 0 ? ` · ${what.join(' · ')}` : ''}`, state];
  if (endedAt !== null) return lines.slice(0, room);
  for (const finding of findings) lines.push(`! ${findingText(finding, atMs)}`);
  const groups = foldedThreads(threads);
  const shown = groups.slice(0, Math.max(room - lines.length - 1, 0));
  lines.push(...shown.map((alike) => `  ${threadLine(alike, atMs)}`));
  const left = groups.slice(shown.length).reduce((sum, alike) => sum + alike.length, 0);
  if (left > 0) lines.push(`  and ${left} more ${left === 1 ? 'thread or task' : 'threads or tasks'}`);
  return lines.slice(0, room);
}

/** Those that are stuck first. */
function inOrder(all: readonly WatchedThread[]): WatchedThread[] {
  return [...all.filter(({ isStuck }) => isStuck), ...all.filter(({ isStuck }) => !isStuck)];
}

/** Those that do the same in the same place are told at once, in the order of the first of each. */
function foldedThreads(threads: readonly WatchedThread[]): WatchedThread[][] {
  const groups = new Map<string, WatchedThread[]>();
  for (const thread of threads) {
    const { step, at, waitsFor, isStuck, constant } = thread;
    const key = JSON.stringify([step, isStuck, at, constant, waitsFor]);
    const alike = groups.get(key);
    if (alike) alike.push(thread);
    else groups.set(key, [thread]);
  }
  return [...groups.values()];
}

const STEPS: Readonly<Record<WatchedThread['step'], string>> = {
  new: 'is new',
  stands: 'stands',
  returns: 'comes back',
  busy: 'computes',
  'goes-on': 'goes on',
  unknown: 'moves',
};

function threadLine(alike: readonly WatchedThread[], atMs: number): string {
  const [first] = alike;
  if (!first) return '';
  const { step, at, constant, waitsFor, isStuck } = first;
  const since = alike.map((thread) => thread.since).sort()[0] ?? first.since;
  const long = step === 'goes-on' || step === 'unknown' ? '' : ` for ${durationText(agoMs(since, atMs))}`;
  const where = at === null ? '' : ` in ${placeText(at)}`;
  const waits = waitsFor === null ? '' : `, waits for ${waitsFor}`;
  const same = constant === null || (at !== null && placeText(constant) === placeText(at));
  const stays = same ? '' : `; always in ${placeText(constant)}`;
  const named = alike.slice(0, NAMED).map(whoText).join(', ');
  const more = alike.length > NAMED ? ` and ${alike.length - NAMED} more` : '';
  return `${isStuck ? 'STUCK ' : ''}${named}${more}: ${STEPS[step]}${long}${where}${waits}${stays}`;
}

/** What happened in one round. Where the same happens to many threads or tasks of a process, the first are named. */
export function eventLines(events: readonly WatchEvent[], palette: Palette): string[] {
  const alike = new Map<string, WatchEvent[]>();
  for (const event of events) {
    const isOfOne = event.tid !== null || event.task !== null;
    const key = isOfOne ? `${event.pid} ${event.event}` : `${alike.size} alone`;
    const known = alike.get(key);
    if (known) known.push(event);
    else alike.set(key, [event]);
  }
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    const lines = all.slice(0, NAMED).map((event) => eventLine(event, palette));
    const left = all.length - NAMED;
    const more =
      first && left > 0 ? [eventLine({ ...first, message: `and ${left} more: ${first.event}` }, palette)] : [];
    return [...lines, ...more];
  });
}

/** `03:12:09 1881 worker-1 (812) stands for 3.0 s in get (cache.py:88)`, ended. */
function eventLine({ at, pid, message }: WatchEvent, palette: Palette): string {
  const text = harmless(`${timeText(at)} ${pid} ${message.replaceAll(/\s*\n\s*/g, ' ')}`);
  return `${/^\S+ \S+ STUCK/.test(text) ? palette.alarm(text) : text}\n`;
}

/** What came of it, in the end. Pieces of text, with their line ends. */
export function* watchSummary(watch: Watch, palette: Palette): Generator<string> {
  const { looks, from, to, processes } = watch;
  const long = durationText(Date.parse(to) - Date.parse(from));
  yield `${looks === 1 ? '1 look' : `${looks} looks`} in ${long}, for ${percent(watch.cost)} of a CPU and ${Math.round(watch.firstLookMs)} ms to begin\n`;
  const atMs = Date.parse(to);
  for (const one of processes) {
    const lines = processLines(one, atMs, Number.POSITIVE_INFINITY);
    for (const [i, line] of lines.entries()) yield `${painted(harmless(line), i + 1, palette)}\n`;
    const stops = one.stoppedThreads;
    if (stops > 0)
      yield `  threads stopped for the looks: ${stops}, the longest for ${one.longestPauseMs.toFixed(2)} ms\n`;
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `03:12:09` */
function timeText(iso: string): string {
  return iso.slice(11, 19);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}
