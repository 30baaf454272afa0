/**
 * Does one way of looking at one build tell the truth? Each cell of the matrix runs the command as a user does, reads its
 * JSON and compares it with what the program under test says of itself.
 */
import { spawnSync } from 'node:child_process';
import type { PythonFrame, Snapshot, Thread } from '../../src/snapshot.js';
import { PYSTACK, RUNNER } from '../support/command.js';
import type { Interpreter } from '../support/interpreters.js';
import type { OracleThread, Ready } from '../support/target.js';

export const WAYS = ['live', '--no-block', 'kernel core', 'gcore', 'snapshot'] as const;
export type Way = (typeof WAYS)[number];
export const DETAILS = ['plain', '--locals', '--native'] as const;
export type Detail = (typeof DETAILS)[number];

export type Cell =
  | { readonly state: 'green' }
  /** As designed: exit code and message say why. */
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'not run'; readonly reason: string };

export const GREEN: Cell = { state: 'green' };

function run(args: readonly string[]): { stdout: string; words: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(RUNNER, [PYSTACK, ...args, '--no-color'], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
  });
  return { stdout, status, words: `exit ${status}: ${stderr.trim().split('\n')[0]}` };
}

/** What the command prints as JSON, or its words where it fails. `args` without `--json`. */
export function look(args: readonly string[]): Snapshot | string {
  const { stdout, words } = run([...args, '--json']);
  return stdout.trim() === '' ? words : (JSON.parse(stdout) as Snapshot);
}

/** Why no snapshot was written; null: it was. */
export function saveSnapshot(pid: number, file: string, options: readonly string[]): string | null {
  const { status, words } = run(['snapshot', String(pid), '-o', file, ...options]);
  return status === 0 ? null : words;
}

/** What only a stopped thread shows is not to be had of one that is not to be stopped. */
const BY_DESIGN = /which a thread shows when stopped/;

/** What is known of the Python that was looked at. */
export interface Looked {
  readonly interpreter: Pick<Interpreter, 'version' | 'freeThreaded'>;
  readonly environment: Readonly<Record<string, string>>;
}

/** The cell of what was seen: green, or the first few things that are not as they should be. */
export function judge(seen: Snapshot | string, ready: Ready, flavour: Looked, detail: Detail): Cell {
  if (typeof seen === 'string') return { state: 'failed', reason: seen };
  const designed = seen.threads
    .map(({ nativeEnding }) => nativeEnding?.reason ?? '')
    .find((reason) => BY_DESIGN.test(reason));
  if (designed !== undefined) return { state: 'refused', reason: designed };
  const problems = [...differences(seen, ready, flavour, detail)];
  return problems.length === 0 ? GREEN : { state: 'failed', reason: problems.slice(0, 3).join('; ') };
}

function* differences(seen: Snapshot, ready: Ready, flavour: Looked, detail: Detail): Generator<string> {
  const { interpreter, environment } = flavour;
  const { major, minor } = interpreter.version;
  if (seen.python?.major !== major || seen.python.minor !== minor) yield `taken for ${seen.python?.version}`;
  if (seen.python?.freeThreaded !== interpreter.freeThreaded) yield `freeThreaded is ${seen.python?.freeThreaded}`;
  for (const { code, message } of seen.warnings) {
    if (!HARMLESS.has(code)) yield `warning ${code}: ${message}`;
  }
  const variables = ready['variables'] as Record<string, Record<string, string>>;
  const python = seen.threads.filter(({ isPython }) => isPython);
  for (const told of ready.threads ?? []) {
    const thread = python.find((one) => (told.tid === null ? one.isMain === told.main : one.tid === told.tid));
    if (!thread) {
      yield `no thread ${told.name}`;
      continue;
    }
    yield* frameDifferences(thread, told);
    const withoutGil = interpreter.freeThreaded && environment['PYTHON_GIL'] !== '1';
    if ((thread.gil === 'disabled') !== withoutGil) yield `its GIL state is ${thread.gil}`;
    if (detail === '--locals') yield* variableDifferences(thread, variables[told.name ?? ''] ?? {});
    if (detail === '--native') yield* nativeDifferences(thread);
  }
}

/** Said of a machine, or of a file that is not there any more: nothing to do with the build of Python. */
const HARMLESS: ReadonlySet<string> = new Set(['degraded-capture', 'source-changed', 'debuginfod']);

function* frameDifferences(thread: Thread, told: OracleThread): Generator<string> {
  const frames = pythonFrames(thread).map((frame) => `${frame.function}:${frame.line}`);
  const expected = told.frames.map(([name, , , line]) => `${name}:${line}`);
  if (frames.join(' ') !== expected.join(' ')) yield `frames of ${told.name} are ${frames.join(' ')}`;
  if (thread.name !== null && told.name !== null && thread.name !== told.name) yield `it is called ${thread.name}`;
  if (!thread.consistent) yield `${told.name} is not consistent`;
}

function* variableDifferences(thread: Thread, expected: Readonly<Record<string, string>>): Generator<string> {
  const frame = pythonFrames(thread).find((one) => one.function === 'wait');
  const seen = new Map(
    [...(frame?.arguments ?? []), ...(frame?.locals ?? [])].map(({ name, value }) => [name, value.repr]),
  );
  for (const [name, repr] of Object.entries(expected)) {
    if (seen.get(name) !== repr) yield `${name} is ${seen.get(name) ?? 'missing'}, not ${repr}`;
  }
}

function* nativeDifferences(thread: Thread): Generator<string> {
  const kinds = thread.frames.map(({ kind }) => kind);
  // It sleeps in C, called from Python, called from C.
  if (kinds.at(-1) !== 'native') yield 'its innermost frame is not native';
  if (thread.nativeEnding?.kind !== 'complete') yield `native frames end: ${thread.nativeEnding?.reason}`;
  const unplaced = thread.frames.filter((frame) => frame.kind === 'python' && frame.problem !== undefined).length;
  if (unplaced > 0) yield `${unplaced} Python frames have no place among the native ones`;
}

function pythonFrames(thread: Thread): PythonFrame[] {
  return thread.frames.filter((frame): frame is PythonFrame => frame.kind === 'python');
}
