/**
 * How does a Snapshot look as text? In the shape that eyes and scripts know from Bloomberg's pystack: a header for each
 * thread, oldest frame first, the source line under each Python frame, a blank line between threads. What is missing
 * or doubtful stands as a note under the thread it is about.
 */
import type { Snapshot, Thread } from '../snapshot.js';
import { coreText } from './core-text.js';
import { harmless } from './escape.js';
import { FrameWriter, variableText } from './frame-text.js';
import { type Palette, PLAIN } from './palette.js';
import { statusWords } from './status.js';

export interface TextOptions {
  readonly palette?: Palette;
  /** Whether to add system calls, registers and plumbing. */
  readonly verbose?: boolean;
  /** Whether the caller named the executable of the core (then it is not announced). */
  readonly executableGiven?: boolean;
}

/** The whole report, ending in a newline, or '' when there is nothing to show. */
export function renderText(snapshot: Snapshot, options: TextOptions = {}): string {
  return [...textPieces(snapshot, options)].join('');
}

/** The same in pieces, about one a thread, so that a large report never has to be one string. */
export function* textPieces(snapshot: Snapshot, options: TextOptions = {}): Generator<string> {
  const palette = options.palette ?? PLAIN;
  if (snapshot.core) yield coreText(snapshot, palette, options.executableGiven ?? false);
  const interpreters = new Set(snapshot.threads.map((thread) => thread.interpreterId).filter((id) => id !== null));
  const context: Context = {
    palette,
    frames: new FrameWriter(palette),
    verbose: options.verbose ?? false,
    showInterpreter: interpreters.size > 1,
    // What looking without a stop can say and stopping cannot: where each blocked thread waits.
    showWaiting: (options.verbose ?? false) || snapshot.capture.mode === 'non-blocking',
    signal: snapshot.core?.signal?.name ?? null,
  };
  let previous: Thread | null = null;
  for (const thread of snapshot.threads) {
    // One OS thread in several interpreters is one paragraph.
    const continues = previous !== null && thread.tid !== null && thread.tid === previous.tid;
    const separator = previous === null || continues ? '' : '\n';
    yield `${separator}${threadLines(thread, context, continues).join('\n')}\n`;
    previous = thread;
  }
}

interface Context {
  readonly palette: Palette;
  readonly frames: FrameWriter;
  readonly verbose: boolean;
  readonly showInterpreter: boolean;
  readonly showWaiting: boolean;
  /** What killed the process of a core. */
  readonly signal: string | null;
}

function threadLines(thread: Thread, context: Context, continues: boolean): string[] {
  const lines: string[] = [];
  const tid = tidText(thread);
  const status = `[${statusWords(thread, context.signal).join(',')}]`;
  const label = thread.name ?? thread.osName;
  const name = label === null ? '' : ` (${harmless(label)})`;
  if (thread.frames.length === 0 && !context.showInterpreter && thread.nativeEnding === null && !thread.faulting) {
    lines.push(`The frame stack for thread ${tid} is empty`);
  } else {
    const ownStatus = context.showInterpreter ? '' : ` ${status}`;
    if (!continues) lines.push(`Traceback for thread ${tid}${name}${ownStatus} (most recent call last):`);
    if (context.showInterpreter) lines.push(`  ${interpreterText(thread)} ${status}`);
  }
  for (const frame of thread.frames) lines.push(context.frames.text(frame));
  if (thread.exception) lines.push(`  ${context.palette.faint('Exception:')} ${variableText(thread.exception)}`);
  for (const note of notes(thread, context)) lines.push(`  ${context.palette.note(`* ${note}`)}`);
  return lines;
}

/** A terminated thread has no id any more; the shape's word for that is 0. */
function tidText(thread: Thread): string {
  if (thread.tid !== null) return String(thread.tid);
  return thread.status === 'terminated' ? '0' : '?';
}

function interpreterText(thread: Thread): string {
  if (thread.interpreterId === null) return 'Not currently attached to any interpreter';
  return thread.interpreterId === 0 ? 'In the main interpreter' : `In interpreter ${thread.interpreterId}`;
}

/** What a reader must know before trusting the frames above. */
function notes(thread: Thread, context: Context): string[] {
  const found: string[] = [];
  // The id that its own logs have.
  if (thread.innerTid !== null) found.push(`Thread ${thread.innerTid} inside its pid namespace`);
  if (thread.ending.kind === 'truncated') {
    found.push(`Outer frames are missing: ${harmless(thread.ending.reason ?? 'the reason is not known')}`);
  }
  if (thread.nativeEnding?.kind === 'truncated') {
    found.push(`Native frames are missing: ${harmless(thread.nativeEnding.reason ?? 'the reason is not known')}`);
  }
  if (thread.movingFrames > 0) {
    const frames = thread.movingFrames === 1 ? 'innermost frame was' : `${thread.movingFrames} innermost frames were`;
    found.push(`The ${frames} moving while being read; only the outer ones are certain`);
  } else if (!thread.consistent) {
    found.push('This thread was running while it was read; its frames may not belong together');
  }
  if (context.showWaiting) {
    const waiting = waitingText(thread);
    if (waiting) found.push(waiting);
  }
  if (context.verbose && thread.registers) {
    found.push(...registerRows(thread.registers));
  }
  return found;
}

/** Four to a row, in columns: names of up to 8 characters, values of up to 16 digits. */
function registerRows(registers: Readonly<Record<string, string>>): string[] {
  const cells = Object.entries(registers).map(([name, value]) => `${name.padStart(8)} ${value.padEnd(18)}`);
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += 4)
    rows.push(
      cells
        .slice(i, i + 4)
        .join(' ')
        .trimEnd(),
    );
  return rows;
}

function waitingText(thread: Thread): string | null {
  if (!thread.os?.syscall) return null;
  const on = thread.os.waitingOn ? ` (${harmless(thread.os.waitingOn)})` : '';
  return `In system call ${thread.os.syscall}${on}`;
}
