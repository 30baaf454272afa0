/**
 * What is read first? Which process, whose, where, since when; when and how it was looked at; and what keeps it from
 * running. The same for a live process, a snapshot and a core, as far as each knows.
 */
import { durationText } from '../report/duration.js';
import type { ProcessCondition, Snapshot } from '../snapshot.js';
import { commandLineText } from './command-line.js';
import { harmless } from './escape.js';
import type { Palette } from './palette.js';
import type { ShortPaths } from './paths.js';
import { wrapItems, wrapText } from './wrap.js';

export interface HeadOptions {
  readonly palette: Palette;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether a value under that name is a secret. */
  readonly isSecret: (name: string) => boolean;
  readonly paths: ShortPaths;
}

/** Lines of a command line that are shown. */
const MOST_COMMAND_LINES = 3;

/** The lines above the first thread, each ended, and a blank one. */
export function headText(snapshot: Snapshot, { palette, width, isSecret, paths }: HeadOptions): string {
  const { pid, commandLine, executable } = snapshot;
  const words = commandLine !== null && commandLine.length > 0 ? commandLine : executable === null ? [] : [executable];
  const command = words.length === 0 ? '' : `: ${commandLineText(words, isSecret)}`;
  const [first = '', ...more] = wrapText(`${whatText(snapshot)} ${pid ?? '?'}${command}`, width, MOST_COMMAND_LINES);
  const lines = [palette.name(first), ...more.map((line) => palette.name(`  ${line}`))];
  lines.push(...wrapItems(identity(snapshot), width), ...wrapItems(circumstances(snapshot), width));
  for (const note of conditionNotes(snapshot)) lines.push(palette.note(`* ${note}`));
  const children = childrenText(snapshot);
  if (children !== null) lines.push(...wrapText(children, width, 3));
  if (paths.stands.length > 0) lines.push(...wrapItems(standsItems(paths), width).map((line) => palette.faint(line)));
  return `${lines.join('\n')}\n\n`;
}

export function whatText({ source }: Snapshot): string {
  return source === 'live' ? 'Process' : source === 'snapshot' ? 'Snapshot of process' : 'Core of process';
}

export function identity({ python, process, capturedAt, innerPid }: Snapshot): string[] {
  const items: string[] = [];
  if (python) items.push(`CPython ${harmless(python.version)}${python.freeThreaded ? ' (free-threaded)' : ''}`);
  if (python?.state === 'starting') items.push('starting up');
  if (python?.state === 'finalizing') items.push('shutting down');
  if (process) {
    const { uid, user, container, startedAt } = process;
    if (uid !== null) items.push(user === null ? `user ${uid}` : `user ${harmless(user)} (${uid})`);
    if (container !== null) items.push(`container ${harmless(container)}`);
    if (innerPid !== null) items.push(`pid ${innerPid} inside`);
    const up = startedAt === null || capturedAt === null ? Number.NaN : Date.parse(capturedAt) - Date.parse(startedAt);
    if (Number.isFinite(up) && up >= 0) items.push(`up ${durationText(up)}`);
  }
  return items;
}

export function circumstances({ source, capture, capturedAt, process, threads }: Snapshot): string[] {
  const items: string[] = [];
  const host = process?.host ? ` on ${harmless(process.host)}` : '';
  const verb = source === 'live' ? 'looked at' : source === 'snapshot' ? 'taken' : 'written';
  items.push(`${verb} ${capturedAt === null ? 'at a time not recorded' : momentText(capturedAt)}${host}`);
  if (capture.mode !== 'core') items.push(stoppedText(capture.stoppedThreads, capture.pauseMs));
  items.push(threads.length === 1 ? '1 thread' : `${threads.length} threads`);
  return items;
}

function stoppedText(threads: number, ms: number): string {
  if (threads === 0) return 'nothing was stopped';
  return `${threads === 1 ? '1 thread' : `${threads} threads`} stopped for ${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;
}

/** `2025-01-01 03:12:09 UTC` */
export function momentText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return harmless(iso);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** What follows "It" or "The process", of one that runs and of one that ran. */
const CONDITIONS: Readonly<
  Record<ProcessCondition['kind'], (detail: string | null) => readonly [now: string, then: string]>
> = {
  stopped: () => ['is stopped by a signal and does not run until it gets SIGCONT', 'was stopped by a signal'],
  traced: (detail) => [
    `is being traced ${detail ?? 'by another process'}, which may keep it stopped`,
    `was being traced ${detail ?? 'by another process'}`,
  ],
  frozen: () => [
    'is frozen with its control group and does not run until that is thawed',
    'was frozen with its control group',
  ],
  swapped: (detail) => [
    `has ${detail ?? 'some'} of its memory swapped out to disk`,
    `had ${detail ?? 'some'} of its memory swapped out to disk`,
  ],
  'main-thread-ended': () => [
    'goes on without its main thread, which has ended',
    'went on without its main thread, which had ended',
  ],
  emulated: (detail) => [
    `is emulated by ${detail ?? 'another program'}`,
    `was emulated by ${detail ?? 'another program'}`,
  ],
};

/** What keeps it from running as it would, a sentence each; `subject` begins it. */
export function conditionNotes({ process, source }: Snapshot, subject = 'It'): string[] {
  const conditions = process?.conditions ?? [];
  return conditions.map(({ kind, detail }) => {
    const [now, then] = CONDITIONS[kind](detail && harmless(detail));
    return `${subject} ${source === 'live' ? now : then}`;
  });
}

/** The same above the threads of a plain report, ending in a blank line; '' where there is nothing. */
export function conditionsText(snapshot: Snapshot, palette: Palette): string {
  const notes = conditionNotes(snapshot, 'The process').map((note) => palette.note(note));
  return notes.length === 0 ? '' : `${notes.join('\n')}\n\n`;
}

/** Ids of children that are named before the rest is counted. */
const CHILDREN_NAMED = 8;

export function childrenText({ process, source }: Snapshot): string | null {
  const children = process?.pythonChildren ?? [];
  if (children.length === 0) return null;
  const ran = source === 'live' ? (children.length === 1 ? 'runs' : 'run') : 'ran';
  const count = children.length === 1 ? '1 child process' : `${children.length} child processes`;
  const ids = children.slice(0, CHILDREN_NAMED).map(({ pid }) => String(pid));
  if (children.length > CHILDREN_NAMED) ids.push(`and ${children.length - CHILDREN_NAMED} more`);
  const show = source === 'live' ? ' (--children)' : '';
  return `${count} ${ran} Python: ${ids.join(', ')}${show}`;
}

export function standsItems({ stands }: ShortPaths): string[] {
  return stands.map(({ beginning, folder }) =>
    beginning === '' ? `files below ${harmless(folder)}` : `${harmless(beginning)} is ${harmless(folder)}`,
  );
}
