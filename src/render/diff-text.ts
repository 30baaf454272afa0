/** How is it shown what changed between two looks? Pieces of text, with their line ends. Pure. */
import type { Diff, DiffSide, StackDifference, ThreadDifference } from '../diff/model.js';
import type { Place } from '../watch/model.js';
import { placeText, whoText } from '../watch/words.js';
import { harmless } from './escape.js';
import { groupLines } from './groups-text.js';
import type { Palette } from './palette.js';

export function* diffText(diff: Diff, palette: Palette): Generator<string> {
  const { before, after, sameProcess, threads, stacks, unchanged, newFindings, goneFindings } = diff;
  yield `${palette.faint(harmless(`- ${sideText(before)}`))}\n${palette.faint(harmless(`+ ${sideText(after)}`))}\n\n`;
  for (const message of newFindings) yield `${palette.alarm(harmless(`+ ${message}`))}\n`;
  for (const message of goneFindings) yield `${harmless(`- ${message}`)}\n`;
  if (newFindings.length + goneFindings.length > 0) yield '\n';
  const told = threads.filter(({ change }) => change !== 'same' && change !== 'stood');
  for (const thread of told) yield* threadLines(thread, palette);
  for (const stack of stacks) yield* stackLines(stack, diff, palette);
  if (told.length + stacks.length === 0) yield 'Nothing has changed.\n';
  if (unchanged > 0) yield `${unchangedText(unchanged, sameProcess, threads)}\n`;
}

function sideText({ source, at, processes, threads, complete }: DiffSide): string {
  const when = at === null ? '' : `, ${at.slice(0, 19).replace('T', ' ')} UTC`;
  const what = `${count(processes, 'process', 'processes')}, ${count(threads, 'thread', 'threads')}`;
  return `${source}${when}: ${what}${complete ? '' : ', not complete'}`;
}

function unchangedText(unchanged: number, sameProcess: boolean, threads: readonly ThreadDifference[]): string {
  if (!sameProcess) return `As many threads as before: ${count(unchanged, 'stack', 'stacks')}`;
  const stood = threads.filter(({ change }) => change === 'stood').length;
  const ran = stood === 0 ? '' : `, ${stood} of them without having run`;
  return `Where they were: ${count(unchanged, 'thread', 'threads')}${ran}`;
}

const WORDS: Readonly<Record<ThreadDifference['change'], string>> = {
  new: 'is new',
  gone: 'is gone',
  moved: 'is somewhere else',
  line: 'is at another line',
  same: 'is where it was',
  stood: 'has not run',
};

function* threadLines(thread: ThreadDifference, palette: Palette): Generator<string> {
  const { change, before, after, constant, waitedFor, waitsFor } = thread;
  const both = change === 'moved' || change === 'line';
  const still = both && constant !== null ? `, still in ${placeText(constant)}` : '';
  yield `${palette.name(harmless(`${whoText(thread)} ${WORDS[change]}${still}`))}\n`;
  if (change !== 'new') yield `  - ${harmless(standText(before, waitedFor))}\n`;
  if (change !== 'gone') yield `  + ${harmless(standText(after, waitsFor))}\n`;
}

function standText(place: Place | null, waitsFor: string | null): string {
  return `${place === null ? 'no frame' : placeText(place)}${waitsFor === null ? '' : `, waits for ${waitsFor}`}`;
}

/** Who stands where is of different processes, perhaps of different hosts and jobs. */
const ANYWHERE = { oneJob: false, oneHost: false };

function* stackLines(
  { change, before, after, group }: StackDifference,
  sides: Diff,
  palette: Palette,
): Generator<string> {
  const was = change === 'new' ? '' : `${before} → `;
  const side = change === 'gone' ? sides.before : sides.after;
  const counts = { processes: Math.max(side.processes, 2), threads: side.threads, hosts: 1 };
  yield `${palette.name(`${change}: ${was}${count(after, 'thread', 'threads')}`)}\n`;
  yield `${groupLines(group, ANYWHERE, { counts }, palette)
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
