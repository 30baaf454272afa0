/** What of a Snapshot is kept in a look? Names and stacks, not variables, addresses or columns. */
import { callOf, runsOf } from '../../report/fold.js';
import type { Frame, LooseStack, Snapshot, Thread } from '../../snapshot.js';
import type { FrameInfo, FrameRun, LookInfo, ProcessLook, ThreadLook } from './model.js';

/** Characters kept of a command line and of a source line. */
const MAX_COMMAND = 200;
const MAX_SOURCE = 160;
/** Findings kept of a process, and characters of each. */
const MAX_FINDINGS = 10;
const MAX_MESSAGE = 300;
/** Characters of the expression for what a thread waits for. */
const MAX_NAME = 80;

/** What a Snapshot does not say itself. */
export interface About {
  readonly host: string;
  readonly pid: number | null;
  readonly start: number | null;
  readonly ppid: number | null;
  readonly env: Readonly<Record<string, string>>;
  /** When it was looked at, for what says nothing of it (ISO 8601, UTC). */
  readonly at: string;
  readonly core: string | null;
}

/** What it says itself, where nothing else is known of the process. */
export function aboutSnapshot({ pid, process, core, capturedAt }: Snapshot): About {
  const at = capturedAt ?? '';
  return { host: process?.host ?? '', pid, start: null, ppid: null, env: {}, at, core: core?.path ?? null };
}

/** The look that a snapshot is. */
export function lookOf(snapshot: Snapshot, about: About): ProcessLook {
  const { core, python, commandLine, complete, warnings } = snapshot;
  const signal = core?.signal?.name ?? null;
  const faulting = snapshot.threads.find((thread) => thread.faulting);
  // Documents of earlier versions have none.
  const inFindings = new Set((snapshot.findings ?? []).flatMap(({ tids }) => tids));
  return {
    info: {
      ...about,
      pid: about.pid ?? snapshot.pid,
      ppid: about.ppid ?? core?.ppid ?? null,
      at: snapshot.capturedAt ?? about.at,
      command: cut(programOf(commandLine ?? []) || snapshot.executable, MAX_COMMAND),
      python: python?.version ?? null,
      crash: signal === null ? null : { signal, exception: faulting?.exception?.type ?? null },
      complete,
      warnings: [...new Set(warnings.map(({ code }) => code))],
      findings: (snapshot.findings ?? []).slice(0, MAX_FINDINGS).map(({ code, certain, message }) => ({
        code,
        certain,
        message: cut(message, MAX_MESSAGE) ?? '',
      })),
      error: null,
    },
    threads: [
      ...[snapshot, ...(snapshot.others ?? [])].flatMap(({ threads }) =>
        threads.map((thread) => threadLook(thread, inFindings)),
      ),
      ...(snapshot.looseStacks ?? []).map(looseLook),
    ],
  };
}

/** In place of the name of a thread, and as if it had called the others. */
export const LOOSE = 'found in memory, thread not known';

/** What was found in a core without the thread that it is of: it was one's, so it counts as one. */
function looseLook({ frames, ending }: LooseStack): ThreadLook {
  const marked: FrameInfo = { kind: 'python', name: `(${LOOSE})`, file: null, line: null, source: null };
  return {
    name: LOOSE,
    tid: null,
    state: null,
    stillMs: null,
    inFinding: false,
    isMain: false,
    faulting: false,
    inconsistent: false,
    truncated: ending.kind === 'truncated',
    stack: [{ times: 1, frames: [marked] }, ...stackOf(frames)],
  };
}

/** The look at a process of which nothing could be read. */
export function failedLook(error: { code: string; message: string }, about: About): ProcessLook {
  const { code, message } = error;
  const nothing = { command: null, python: null, crash: null, complete: false, warnings: [], findings: [] };
  const info: LookInfo = { ...about, ...nothing, error: { code, message } };
  return { info, threads: [] };
}

function threadLook(thread: Thread, inFindings: ReadonlySet<number>): ThreadLook {
  return {
    name: thread.name ?? thread.osName,
    tid: thread.tid,
    state: stateOf(thread),
    stillMs: thread.stillMs ?? null,
    inFinding: thread.tid !== null && inFindings.has(thread.tid),
    isMain: thread.isMain,
    faulting: thread.faulting,
    inconsistent: !thread.consistent,
    truncated: thread.ending.kind === 'truncated',
    stack: stackOf(thread.frames),
  };
}

/** Frames of one thread, recursion folded. */
export function stackOf(frames: readonly Frame[]): FrameRun[] {
  return runsOf(frames, callOf).map(({ from, length, times }) => ({
    times,
    frames: frames.slice(from, from + length).map(frameInfo),
  }));
}

function frameInfo(frame: Frame): FrameInfo {
  if (frame.kind === 'native') {
    return { kind: 'native', name: frame.symbol, file: frame.library, line: frame.line, source: null };
  }
  const text = frame.source?.status === 'current' ? frame.source.text.trim() : '';
  return {
    kind: 'python',
    name: frame.qualname ?? frame.function,
    file: frame.file,
    line: frame.line,
    source: text === '' ? null : cut(text, MAX_SOURCE),
  };
}

/**
 * What runs, without what it was given: arguments may hold secrets, and a look is made to be sent elsewhere. `python`, its
 * options, and the script or module.
 */
export function programOf(commandLine: readonly string[]): string {
  const [program = '', ...words] = commandLine;
  const shown = [program];
  for (const [i, word] of words.entries()) {
    // What follows is a text of the program, or arguments of something that is no Python.
    if (word === '-c' || !/python/i.test(program)) break;
    const follows = words[i - 1];
    // Values of -X and -W are of the interpreter, and `-m` names a module.
    shown.push(word);
    if (!word.startsWith('-') && follows !== '-X' && follows !== '-W') break;
  }
  return shown.join(' ');
}

function stateOf({ gil, gc, os, waits }: Thread): string | null {
  if (gc === true) return 'collects garbage';
  if (gil === 'holding') return 'holds the GIL';
  if (gil === 'waiting') return 'waits for the GIL';
  // Of what is in the kernel, the system call says as much.
  const wait = waits?.find(({ resource }) => resource !== null);
  if (wait) return `waits for ${wait.kind}${wait.name === null ? '' : ` ${cut(wait.name, MAX_NAME)}`}`;
  return os?.syscall ? `in ${os.syscall}` : null;
}

function cut(text: string | null, length: number): string | null {
  return text !== null && text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
