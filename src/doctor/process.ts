/** What does this process allow, and what does each way of looking at it cost? Found out by looking. */
import { PystackError } from '../errors.js';
import { inspectProcess } from '../inspect.js';
import type { InspectOptions } from '../options.js';
import { checkProcess } from '../process/live/diagnose.js';
import { openLiveProcess } from '../process/live/live-process.js';
import { gatherPermissionFacts } from '../process/live/permission.js';
import { readStatus } from '../process/live/proc-files.js';
import type { Snapshot } from '../snapshot.js';
import type { Check, Cost } from './report.js';
import { note, type Question, tryIt } from './trial.js';

const ASKED = {
  exists: question('exists', 'Is it a process?'),
  permission: question('permission', 'May its memory be read?'),
  tracer: question('tracer', 'Is it free of another tracer?'),
  state: question('state', 'Is it alive and well?'),
  namespaces: question('namespaces', 'Is it where we are?'),
  python: question('python', 'Is a Python interpreter found?'),
  threads: question('threads', 'Are all threads had, of one instant?'),
  native: question('native', 'Are native stacks had?', 'limited'),
};

export async function checkTarget(pid: number): Promise<{ checks: Check[]; costs: Cost[] }> {
  const checks = [
    await tryIt(ASKED.exists, () => {
      checkProcess(pid);
      return { answer: 'yes', found: readStatus(pid)?.name ?? 'it has no name' };
    }),
  ];
  const costs: Cost[] = [];
  if (checks[0]?.answer !== 'yes') return { checks, costs };
  checks.push(state(pid), tracer(pid), namespaces(pid));
  checks.push(
    await tryIt(ASKED.permission, () => {
      openLiveProcess(pid).close();
      return { answer: 'yes', found: whyAllowed(pid) };
    }),
  );
  if (checks.at(-1)?.answer !== 'yes') return { checks, costs };

  let plain: Snapshot | null = null;
  checks.push(
    await tryIt(ASKED.python, async () => {
      plain = await look(pid, 'remote', {}, costs);
      const { python } = plain;
      if (!python) return { answer: 'no', found: 'threads, but no interpreter' };
      const build = [python.freeThreaded ? 'free-threaded' : '', python.debugBuild === true ? 'debug' : ''];
      const words = ['CPython', python.version, ...build.filter(Boolean), `found by ${python.locatedBy}`];
      return { answer: 'yes', found: `${words.join(' ')} in ${python.library ?? 'memory'}` };
    }),
  );
  if (plain === null) return { checks, costs };
  checks.push(threads(plain));
  checks.push(
    await tryIt(ASKED.native, async () => {
      const seen = await look(pid, 'remote --native', { native: 'python' }, costs);
      const cut = seen.threads.filter(({ nativeEnding }) => nativeEnding?.kind === 'truncated').length;
      const found = `of ${seen.threads.length} threads, ${cut === 0 ? 'all to their end' : `${cut} cut short`}`;
      return { answer: cut === 0 ? 'yes' : 'limited', found };
    }),
  );
  await look(pid, 'remote --locals', { locals: true }, costs).catch(endedMeanwhile);
  await look(pid, 'remote --no-block', { mode: 'non-blocking' }, costs).catch(endedMeanwhile);
  return { checks, costs };
}

function question(id: string, text: string, otherwise?: Question['otherwise']): Question {
  return { id, subject: 'process', question: text, ...(otherwise ? { otherwise } : {}) };
}

async function look(pid: number, what: string, options: InspectOptions, costs: Cost[]): Promise<Snapshot> {
  const began = performance.now();
  const snapshot = await inspectProcess(pid, { ...options, debuginfod: false });
  const { pauseMs, stoppedThreads } = snapshot.capture;
  costs.push({ what, ms: performance.now() - began, pauseMs, stoppedThreads, phases: snapshot.timings });
  return snapshot;
}

/** What it cost is then not known; that it could be looked at was found out before. */
function endedMeanwhile(error: unknown): void {
  if (!(error instanceof PystackError)) throw error;
}

function threads({ threads, capture, complete, warnings }: Snapshot): Check {
  const methods = capture.methods.join(', ');
  const stopped = capture.stoppedThreads === 0 ? 'none stopped' : `${capture.stoppedThreads} stopped`;
  const found = `${threads.length}, ${stopped}, by ${methods}`;
  if (complete && capture.simultaneous) return note(ASKED.threads, { answer: 'yes', found });
  const why = complete ? 'not of one instant' : warnings.map(({ message }) => message).join('; ');
  return note(ASKED.threads, { answer: 'limited', found: `${found}; ${why}`, remedy: 'see docs/warnings.md' });
}

/** Field "State" of proc_pid_status(5). */
const STATES: Readonly<Record<string, string>> = {
  R: 'its main thread runs',
  S: 'its main thread sleeps',
  D: 'its main thread is in uninterruptible sleep: it is shown if it stands still, and cannot be stopped',
  T: 'it is stopped by a signal; it can be looked at all the same',
  t: 'it is stopped by a tracer',
  I: 'its main thread is idle',
};

function state(pid: number): Check {
  const letter = readStatus(pid)?.state ?? null;
  const found = (letter && STATES[letter]) ?? 'its main thread has ended; the others are shown';
  return note(ASKED.state, { answer: 'yes', found });
}

function tracer(pid: number): Check {
  const by = readStatus(pid)?.tracerPid ?? 0;
  if (by === 0) return note(ASKED.tracer, { answer: 'yes', found: 'nobody traces it' });
  const name = readStatus(by)?.name;
  return note(ASKED.tracer, {
    answer: 'limited',
    found: `process ${by}${name ? ` (${name})` : ''} traces it: threads that stand still are shown, none can be stopped`,
    remedy: `detach it, if threads that run are to be shown for sure`,
  });
}

function namespaces(pid: number): Check {
  const nested = (readStatus(pid)?.nsPids.length ?? 1) > 1;
  const { sameUserNamespace } = gatherPermissionFacts(pid);
  const parts = [
    ...(nested ? ['a pid namespace of its own (a container): its files are read through /proc/<pid>/root'] : []),
    ...(sameUserNamespace === false ? ['another user namespace'] : []),
  ];
  return note(ASKED.namespaces, {
    answer: 'yes',
    found: parts.length === 0 ? 'in the same namespaces' : parts.join('; '),
  });
}

function whyAllowed(pid: number): string {
  const { ownUid, targetUids, ownCapEffective } = gatherPermissionFacts(pid);
  const capable = (ownCapEffective >> 19n) % 2n === 1n;
  return capable ? 'we hold CAP_SYS_PTRACE' : `it runs as uid ${targetUids[0] ?? '?'}, we as ${ownUid}`;
}
