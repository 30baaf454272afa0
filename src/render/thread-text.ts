/** How does one thread look? Its header, its frames, and what a reader must know before trusting them. */
import type { Frame, Snapshot, Thread } from '../snapshot.js';
import { harmless } from './escape.js';
import { type ExceptionStyle, exceptionsText } from './exceptions-text.js';
import type { FrameWriter } from './frame-text.js';
import { type Palette, PLAIN } from './palette.js';
import { variableText } from './shown-values.js';
import { isFrozen, statusWords } from './status.js';
import { WaitsText } from './waits-text.js';

export interface TextOptions {
  readonly palette?: Palette;
  /** Whether to add system calls, registers and plumbing. */
  readonly verbose?: boolean;
  /** Whether the caller named the executable of the core (then it is not announced). */
  readonly executableGiven?: boolean;
  /** Whether to tell what threads wait for and hold, what is wrong, and the exceptions that they deal with; default: yes. */
  readonly waits?: boolean;
  /** Whether to show the tasks of event loops; default: yes. */
  readonly tasks?: boolean;
}

/** What the threads of one report have in common. */
export interface Context {
  readonly palette: Palette;
  readonly frames: FrameWriter;
  readonly verbose: boolean;
  readonly showInterpreter: boolean;
  readonly showWaiting: boolean;
  /** What threads wait for and hold; null: it is not told. */
  readonly waits: WaitsText | null;
  /** What the event loop of a thread runs, by the thread's id. */
  readonly tasks: ReadonlyMap<number, string>;
  /** How exceptions are written; null: they are not told. */
  readonly exceptions: ExceptionStyle | null;
  /** The words of a thread's state, in brackets. */
  readonly status: (thread: Thread) => string;
}

export function contextOf(snapshot: Snapshot, frames: FrameWriter, options: TextOptions): Context {
  const { threads, capture, core } = snapshot;
  const interpreters = new Set(threads.map((thread) => thread.interpreterId).filter((id) => id !== null));
  const signal = core?.signal?.name ?? null;
  const frozen = isFrozen(snapshot);
  return {
    palette: options.palette ?? PLAIN,
    frames,
    verbose: options.verbose ?? false,
    showInterpreter: interpreters.size > 1,
    // What looking without a stop can say and stopping cannot: where each blocked thread waits.
    showWaiting: (options.verbose ?? false) || capture.mode === 'non-blocking',
    waits: options.waits === false ? null : new WaitsText(snapshot),
    tasks: options.tasks === false ? new Map() : runningTasks(snapshot),
    exceptions: options.waits === false ? null : { shortNames: snapshot.python?.major === 2 },
    status: (thread) => `[${statusWords(thread, signal, frozen).join(',')}]`,
  };
}

/** Which task or callback the event loop in a thread runs. */
function runningTasks({ loops, tasks }: Snapshot): Map<number, string> {
  const names = new Map((tasks ?? []).map(({ id, name, address }) => [id, name ?? address]));
  return new Map(
    loops.flatMap(({ tid, runs, callback }): [number, string][] => {
      if (tid === null || (runs === null && callback === null)) return [];
      const what =
        runs === null ? `the callback ${harmless(callback ?? '')}` : `task ${harmless(names.get(runs) ?? runs)}`;
      return [[tid, `its event loop runs ${what}`]];
    }),
  );
}

/** @param continues whether the thread before was the same OS thread, in another interpreter */
export function threadHeader(thread: Thread, context: Context, continues: boolean): string[] {
  const tid = tidText(thread);
  const isEmpty = thread.frames.length === 0 && thread.ending.kind === 'complete' && thread.innerGap === undefined;
  if (isEmpty && !context.showInterpreter && thread.nativeEnding === null && !thread.faulting) {
    return [`The frame stack for thread ${tid} is empty`];
  }
  const lines: string[] = [];
  const status = context.status(thread);
  const label = thread.name ?? thread.osName;
  const name = label === null ? '' : ` (${harmless(label)})`;
  const ownStatus = context.showInterpreter ? '' : ` ${status}`;
  if (!continues) lines.push(`Traceback for thread ${tid}${name}${ownStatus} (most recent call last):`);
  if (context.showInterpreter) lines.push(`  ${interpreterText(thread)} ${status}`);
  return lines;
}

/** What stands below it. `framesOf`: the lines of its stack. */
export function threadBody(thread: Thread, context: Context, framesOf: (thread: Thread) => string[]): string[] {
  const exceptions = exceptionLines(thread, context);
  context.frames.beginStack();
  const stack = framesOf(thread);
  // What it was handling may be why it crashed.
  const lines = thread.faulting ? [...exceptions, ...stack] : stack;
  const task = thread.tid === null ? undefined : context.tasks.get(thread.tid);
  if (task !== undefined) lines.push(`      ${context.palette.note(`- ${task}`)}`);
  for (const line of context.waits?.lines(thread) ?? []) lines.push(`      ${context.palette.note(`- ${line}`)}`);
  if (!thread.faulting) for (const line of exceptions) lines.push(line);
  if (thread.exception) lines.push(`  ${context.palette.faint('Exception:')} ${variableText(thread.exception)}`);
  for (const note of notes(thread, context)) lines.push(`  ${context.palette.note(`* ${note}`)}`);
  return lines;
}

function exceptionLines(thread: Thread, { exceptions, palette }: Context): string[] {
  if (exceptions === null) return [];
  const lines: string[] = [];
  for (const line of exceptionsText(thread, exceptions))
    lines.push(line.startsWith('    ') ? line : palette.note(line));
  return lines;
}

/** Every frame, one after the other. */
export function framesAsFound(frames: readonly Frame[], context: Context): string[] {
  return [...context.frames.texts(frames)];
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

/** What a reader must know before trusting the frames above; harmless. */
export function notes(thread: Thread, context: Context): string[] {
  const found: string[] = [];
  // The id that its own logs have.
  if (thread.innerTid !== null) found.push(`Thread ${thread.innerTid} inside its pid namespace`);
  if (thread.innerGap !== undefined) {
    found.push(`Frames may be missing inside of the innermost: ${harmless(thread.innerGap)}`);
  }
  if (thread.ending.kind === 'truncated') {
    const which = thread.frames.some(({ kind }) => kind === 'python') ? 'Outer frames' : 'All frames';
    found.push(`${which} are missing: ${harmless(thread.ending.reason ?? 'the reason is not known')}`);
  }
  if (thread.nativeEnding?.kind === 'truncated') {
    found.push(`Native frames are missing: ${harmless(thread.nativeEnding.reason ?? 'the reason is not known')}`);
  }
  if (thread.movingFrames > 0) {
    const frames = thread.movingFrames === 1 ? 'innermost frame was' : `${thread.movingFrames} innermost frames were`;
    found.push(`The ${frames} moving while being read; only the outer ones are certain`);
  } else if (!thread.consistent && (thread.evidence === 'stopped' || thread.evidence === 'still')) {
    found.push('Code of some of its frames cannot be read');
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
