/**
 * Is what was seen on a booted system right? Pure: from what its guest brought back (scripts/kernels/guest/look.py) to a list
 * of all that is not as it should be, by the programs' own words, as everywhere in the suite.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PythonFrame, Snapshot, Thread } from '../../src/snapshot.js';
import { type Detail, judge as judgeCell } from '../matrix/cells.js';
import { type Truth, wrongAbout } from '../support/hang-truth.js';
import { impossibleIn, readCallGraph } from '../support/program-text.js';
import type { Ready } from '../support/target.js';

export interface GuestLook {
  readonly words: readonly string[];
  /** null: it was not over in time. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface GuestStep {
  readonly name: string;
  readonly ready: Ready | null;
  readonly looks: readonly GuestLook[];
  readonly problem: string | null;
  /** What is in them afterwards, in hexadecimal digits. */
  readonly files: Readonly<Record<string, string>>;
}

export interface GuestResults {
  /** As `uname -r` has it, and what the kernel says of how it was built. */
  readonly release: string;
  readonly version: string;
  /** `uname -m` */
  readonly processor: string;
  readonly python: string;
  readonly libc: string;
  readonly steps: readonly GuestStep[];
}

export interface Verdict {
  readonly step: string;
  readonly problems: readonly string[];
}

/** Where programs are in a booted system. */
const PROGRAMS = '/pystack/programs';

/** Each step that the guest took, with all that is wrong about it; that of the waiting calls is two. */
export function judge({ steps, python }: GuestResults): Verdict[] {
  return steps.flatMap((step) => {
    const verdict = (name: string, problems: Iterable<string>): Verdict => ({
      step: name,
      problems: step.problem === null ? [...problems] : [step.problem],
    });
    if (step.name !== 'undisturbed') return verdict(step.name, problemsOf(step, python));
    const isCancellable = (call: string) => CANCELLABLE.has(call);
    return [
      verdict('cancellable', undisturbed(step, isCancellable)),
      verdict(
        'undisturbed',
        undisturbed(step, (call) => !isCancellable(call)),
      ),
    ];
  });
}

/** Calls of blocked_calls.py that the C library makes so that a thread can be cancelled in them: pthreads(7). */
const CANCELLABLE: ReadonlySet<string> = new Set([
  ...['epoll_wait', 'poll', 'select', 'nanosleep', 'clock_nanosleep', 'sigtimedwait', 'sigwaitinfo'],
  ...['read', 'recv', 'accept', 'msgrcv'],
]);

function problemsOf(step: GuestStep, python: string): Iterable<string> {
  switch (step.name) {
    case 'doctor':
      return doctor(step);
    case 'standing':
      return standing(step, python);
    case 'running':
      return running(step);
    case 'waiting':
      return waiting(step);
    case 'crashed':
      return crashed(step);
    case 'corpus':
      return corpus(step);
    default:
      return hanging(step);
  }
}

/** What a look leans on, by the names that `pystack doctor` has for it. */
const NEEDED = ['addon', 'unwinder', 'read-memory', 'look', 'ptrace'];

/** The answers of `pystack doctor` as printed in JSON, by name. */
export function checksOf(looked: GuestLook): Map<string, { answer: string; found: string }> {
  const { checks } = JSON.parse(looked.stdout) as { checks: { id: string; answer: string; found: string }[] };
  return new Map(checks.map(({ id, answer, found }) => [id, { answer, found }]));
}

/** What this kernel offers of what a look leans on, in the words of a table. */
export function offersOf({ steps }: GuestResults): Record<string, string> {
  const look = steps.find(({ name }) => name === 'doctor')?.looks[0];
  const checks = look ? checksOf(look) : new Map();
  const snapshots = steps.flatMap(({ looks }) => looks.flatMap((one) => snapshotOf(one) ?? []));
  const methods = new Set(snapshots.flatMap(({ capture }) => capture.methods));
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  return {
    'run counters, `syscall`': yes(methods.has('schedstat+syscall')),
    '`process_vm_readv`': yes(methods.has('process_vm_readv') && !methods.has('mem')),
    'stop of a running thread': yes(checks.get('ptrace')?.answer === 'yes'),
    'sockets and their peers': yes(
      snapshots.some(({ threads }) => threads.some(({ os }) => /unix|TCP/.test(os?.waitingOn ?? ''))),
    ),
    'kernel cores': yes(methods.has('core')),
  };
}

function* doctor({ looks }: GuestStep): Generator<string> {
  for (const looked of looks) {
    const checks = checksOf(looked);
    for (const id of NEEDED) {
      const check = checks.get(id);
      if (check?.answer !== 'yes') yield `doctor: ${id} is ${check?.answer}: ${check?.found}`;
    }
  }
}

function* standing({ looks, ready }: GuestStep, python: string): Generator<string> {
  const [major = 0, minor = 0, patch = 0] = python.split('.').map((word) => Number.parseInt(word, 10));
  const looked = { interpreter: { version: { major, minor, patch }, freeThreaded: false }, environment: {} };
  for (const one of looks) {
    if (one.words[0] === 'doctor') {
      for (const [id, { answer, found }] of checksOf(one)) if (answer === 'no') yield `doctor: ${id}: ${found}`;
      continue;
    }
    if (one.words[0] === 'snapshot') {
      if (one.status !== 0) yield wordsOf(one);
      continue;
    }
    const snapshot = snapshotOf(one);
    const cell = judgeCell(snapshot ?? wordsOf(one), ready ?? {}, looked, detailOf(one));
    if (cell.state !== 'green') yield `${one.words.join(' ')}: ${cell.reason}`;
    if (snapshot && one.words[0] === 'remote') yield* stoppedIn(snapshot);
  }
}

function* running({ looks }: GuestStep): Generator<string> {
  const graph = { ...readCallGraph(ownFile('../programs/busy.py')), file: `${PROGRAMS}/busy.py` };
  let stopped = 0;
  for (const one of looks) {
    const snapshot = snapshotOf(one);
    // 3: something is missing, and said to be.
    if (!snapshot || (one.status !== 0 && one.status !== 3)) {
      yield wordsOf(one);
      continue;
    }
    const threads = pythonThreads(snapshot);
    if (threads.length !== 5) yield `${threads.length} threads`;
    for (const thread of threads.filter(({ isMain, consistent }) => consistent && !isMain)) {
      const problem = impossibleIn(graph, pythonFrames(thread));
      if (problem !== null) yield `${thread.name} (${thread.evidence}): ${problem}`;
    }
    const isStopping = !one.words.includes('--no-block');
    if (isStopping) stopped += snapshot.capture.stoppedThreads;
    else if (snapshot.capture.stoppedThreads > 0) yield 'with --no-block threads were stopped';
    const unknown = threads.filter(({ consistent, ending }) => !consistent || ending.kind !== 'complete');
    if (isStopping && unknown.length > 0 && snapshot.warnings.length === 0) yield 'what is not known is not said to be';
  }
  if (stopped === 0) yield 'of threads that compute none was ever stopped';
}

function* waiting({ looks, ready }: GuestStep): Generator<string> {
  const expected = ready?.['expected'] as Record<string, string>;
  for (const one of looks) {
    const snapshot = snapshotOf(one);
    if (!snapshot || one.status !== 0) yield wordsOf(one);
    const seen = new Map(snapshot?.threads.map(({ name, os }) => [name, os?.waitingOn ?? null]));
    for (const [name, words] of Object.entries(expected)) {
      if (seen.get(name) !== words) yield `${name} waits on ${seen.get(name)}, not ${words}`;
    }
  }
}

function* hanging({ looks, ready }: GuestStep): Generator<string> {
  for (const one of looks) {
    const snapshot = snapshotOf(one);
    if (!snapshot || one.status !== 0) yield wordsOf(one);
    if (!snapshot) continue;
    const withoutDescriptors = one.words[0] === 'core';
    for (const wrong of wrongAbout(snapshot, ready as unknown as Truth, { withoutDescriptors })) {
      yield `${one.words.join(' ')}: ${wrong}`;
    }
    if (one.words[0] === 'remote') yield* stoppedIn(snapshot);
  }
}

/** Of the threads in certain calls: none may have been stopped, nor its call have ended early, and their native stacks are whole. */
function* undisturbed({ looks, ready, files }: GuestStep, isAsked: (call: string) => boolean): Generator<string> {
  const calls = ready?.['calls'] as string[];
  const counts = Buffer.from(files['counts'] ?? '', 'hex');
  if (!calls.some(isAsked)) yield 'none of them was made';
  for (const [index, call] of calls.entries()) {
    const times = counts.readUInt32LE(index * 4);
    if (times > 0 && isAsked(call)) yield `${call} ended early ${times} times`;
  }
  for (const one of looks) {
    const snapshot = snapshotOf(one);
    const threads = snapshot ? pythonThreads(snapshot) : [];
    // 3: something is missing; what that may be is told with the thread.
    const isCut = threads.some(({ nativeEnding }) => nativeEnding && nativeEnding.kind !== 'complete');
    if (!snapshot || one.status !== (isCut ? 3 : 0)) yield wordsOf(one);
    if (snapshot?.capture.simultaneous === false) yield 'it is not of one instant';
    for (const { name, evidence, nativeEnding } of threads) {
      if (!isAsked(name ?? '')) continue;
      if (evidence !== 'still') yield `${one.words.join(' ')}: ${name} is ${evidence}`;
      if (!one.words.includes('--native') || nativeEnding?.kind === 'complete') continue;
      yield `${one.words.join(' ')}: the native stack of ${name} ends: ${nativeEnding?.reason}`;
    }
  }
}

function* crashed({ looks }: GuestStep): Generator<string> {
  for (const one of looks) {
    const snapshot = snapshotOf(one);
    if (!snapshot || one.status !== 0) yield wordsOf(one);
    if (!snapshot) continue;
    const [first] = snapshot.threads;
    if (first?.name !== 'crasher') yield `the thread that crashed is said to be ${first?.name}`;
    if (first && pythonFrames(first).at(-1)?.function !== 'string_at') yield 'it did not crash in string_at';
    const names = snapshot.threads.map(({ name }) => name).sort();
    const expected = ['MainThread', 'bystander-0', 'bystander-1', 'crasher'];
    if (names.join() !== expected.join()) yield `threads are ${names.join(', ')}`;
  }
}

/** Against what is committed beside each core. */
function* corpus({ looks }: GuestStep): Generator<string> {
  for (const one of looks) {
    const name = (one.words[1] ?? '').replace('/pystack/corpus/', '').replace(/-core\.gz$/, '');
    const [scene, ...build] = name.split('-');
    const text = readFileSync(ownFile(`../../corefiles/${scene}/${build.join('-')}/expected.txt`), 'utf8');
    const expected = [...text.matchAll(/^ {4}\(Python\) File .*, line (\d+), in (?:\S+\.)?(\S+)$/gm)];
    const frames = snapshotOf(one)?.threads.flatMap(pythonFrames) ?? [];
    const [seen, told] = [frames.map(placeOf), expected.map(([, line, name]) => `${name}:${line}`)];
    if (seen.join(' ') !== told.join(' ')) yield `${name}: ${wordsOf(one)}: ${seen.join(' ')}, not ${told.join(' ')}`;
  }
}

function placeOf({ function: name, line }: PythonFrame): string {
  return `${name}:${line}`;
}

/** Where nobody runs nobody needs to be stopped. */
function* stoppedIn({ capture }: Snapshot): Generator<string> {
  const { stoppedThreads, simultaneous } = capture;
  if (stoppedThreads > 0) yield `${stoppedThreads} threads that wait were stopped`;
  if (!simultaneous) yield 'it is not of one instant';
}

/** What a look printed as JSON; null where it printed none, or was no look. */
export function snapshotOf({ words, stdout }: GuestLook): Snapshot | null {
  return words[0] !== 'doctor' && stdout.startsWith('{') ? (JSON.parse(stdout) as Snapshot) : null;
}

function wordsOf({ words, status, stderr, seconds }: GuestLook): string {
  return `${words.join(' ')}: exit ${status} after ${seconds} s: ${stderr.trim().split('\n')[0]}`;
}

function detailOf({ words }: GuestLook): Detail {
  return words.includes('--locals') ? '--locals' : words.includes('--native') ? '--native' : 'plain';
}

function pythonThreads({ threads }: Snapshot): Thread[] {
  return threads.filter(({ isPython }) => isPython);
}

function pythonFrames({ frames }: Thread): PythonFrame[] {
  return frames.filter((frame): frame is PythonFrame => frame.kind === 'python');
}

function ownFile(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
