/** How is it said what a thread or a process does? One sentence each, of plain data; text of the target is as it is. Pure. */
import { durationText } from '../report/duration.js';
import type { Place, Verdict, WatchedFinding, WatchedProcess, WatchedThread } from './model.js';

/** Threads that are named before the rest is counted. */
const NAMED = 3;

/** `worker-1 (812) stands for 41 s in get (cache.py:88), waits for self._lock (Lock)` */
export function threadText(thread: WatchedThread, verb: string, atMs: number): string {
  const { at, waitsFor, since } = thread;
  const what = verb === 'stands' ? `${verb} for ${durationText(agoMs(since, atMs))}` : verb;
  const where = at === null ? '' : ` in ${placeText(at)}`;
  return `${whoText(thread)} ${what}${where}${waitsFor === null || verb === 'has ended' ? '' : `, waits for ${waitsFor}`}`;
}

/** `worker-1 (812)`, `task Task-3` */
export function whoText({ name, tid, task }: Pick<WatchedThread, 'name' | 'tid' | 'task'>): string {
  if (task !== null) return `task ${name ?? task}`;
  if (tid === null) return name ?? 'a thread';
  return name === null ? `thread ${tid}` : `${name} (${tid})`;
}

/** `get (cache.py:88)` */
export function placeText({ function: name, file, line }: Place): string {
  const base = file.slice(file.lastIndexOf('/') + 1);
  return `${name} (${base}${line === null ? '' : `:${line}`})`;
}

export function findingText({ finding, looks, since }: WatchedFinding, atMs: number): string {
  return `${finding.message} (for ${looks} looks, ${durationText(agoMs(since, atMs))})`;
}

const VERDICTS: Readonly<Record<Exclude<Verdict, 'still'>, string>> = {
  'going-on': 'goes on',
  busy: 'computes in the same place',
  stuck: 'STUCK',
  unknown: 'not known yet',
};

/** What the process as a whole does, and whose doing that is. */
export function verdictText({ verdict, since, threads, tasks }: WatchedProcess, atMs: number): string {
  const long = since === null ? '' : ` for ${durationText(agoMs(since, atMs))}`;
  if (verdict === 'still') {
    // Who ran between two looks may have done a lot there.
    const ran = threads.some(({ step }) => step === 'returns');
    return ran
      ? `found in the same places${long}: it is idle, or does its work between the looks, or was stuck before the first`
      : `nothing has moved${long}: it is idle, or was stuck before the first look`;
  }
  const words = VERDICTS[verdict];
  if (verdict === 'busy') {
    const busy = [...threads, ...tasks].filter(({ step }) => step === 'busy');
    return `${words}: ${some(busy.map((thread) => inText(thread)))}`;
  }
  if (verdict !== 'stuck') return words;
  const stuck = [...threads, ...tasks].filter(({ isStuck }) => isStuck);
  return `${words}${long}: ${stuck.length === 0 ? 'no thread can go on' : some(stuck.map((thread) => inText(thread)))}`;
}

function inText(thread: WatchedThread): string {
  const waits = thread.waitsFor === null ? '' : ` waits for ${thread.waitsFor}`;
  return `${whoText(thread)}${waits}${thread.at === null ? '' : ` in ${placeText(thread.at)}`}`;
}

function some(texts: readonly string[]): string {
  if (texts.length === 0) return 'its threads took turns';
  const more = texts.length > NAMED ? ` and ${texts.length - NAMED} more` : '';
  return texts.slice(0, NAMED).join('; ') + more;
}

/** Not negative. */
export function agoMs(since: string, atMs: number): number {
  return Math.max(atMs - Date.parse(since), 0);
}
