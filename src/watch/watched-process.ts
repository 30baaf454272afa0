/**
 * Does a process go on? Look after look is added; what happened since the look before comes out as events, and what is known
 * by now as plain data. It reads nothing: whoever watches brings the looks.
 */
import { programOf } from '../many/looks/from-snapshot.js';
import type { Sight } from '../session.js';
import type { Snapshot } from '../snapshot.js';
import { HeldFindings, isHang } from './held-findings.js';
import { type Changes, History } from './history.js';
import {
  type EventKind,
  type Verdict,
  WATCH_VERSION,
  type WatchEvent,
  type WatchedProcess,
  type WatchedThread,
} from './model.js';
import { type SeenThread, threadsOf } from './threads.js';
import { findingText, threadText, verdictText } from './words.js';

type NewEvent = Pick<WatchEvent, 'event' | 'message'> & Partial<Pick<WatchEvent, 'tid' | 'task' | 'verdict'>>;

export class WatchedPid {
  readonly #history: History;
  readonly #findings: HeldFindings;
  #seen: { readonly snapshot: Snapshot; readonly threads: readonly SeenThread[] } | null = null;
  #verdict: Verdict = 'unknown';
  #verdictSince: string | null = null;
  #looks = 0;
  #unmoved = 0;
  #stoppedThreads = 0;
  #longestPauseMs = 0;
  #endedAt: string | null = null;
  #error: string | null = null;

  constructor(
    readonly pid: number,
    private readonly patience: number,
  ) {
    this.#history = new History(patience);
    this.#findings = new HeldFindings(patience);
  }

  /** Of the last look that gave something; null: none has. */
  get snapshot(): Snapshot | null {
    return this.#seen?.snapshot ?? null;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Whether the last look gave something. */
  get canBeSeen(): boolean {
    return this.#error === null;
  }

  get hasEnded(): boolean {
    return this.#endedAt !== null;
  }

  /** Whether a thread has stood too long, whether or not others go on. */
  get hasStuck(): boolean {
    return this.#history.hasStuck;
  }

  /** Whether a finding holds. */
  get hasFinding(): boolean {
    return this.#findings.all().length > 0;
  }

  /** @param atMs when the look was, ms since the epoch */
  add({ snapshot, stood, unmoved }: Sight, look: number, atMs: number): WatchEvent[] {
    const at = new Date(atMs).toISOString();
    const isFirst = this.#looks === 0;
    this.#looks++;
    if (unmoved) this.#unmoved++;
    else {
      this.#stoppedThreads += snapshot.capture.stoppedThreads;
      this.#longestPauseMs = Math.max(this.#longestPauseMs, snapshot.capture.pauseMs);
    }
    if (this.#seen?.snapshot !== snapshot) this.#seen = { snapshot, threads: threadsOf(snapshot) };
    const { threads } = this.#seen;
    const changes = this.#history.add(threads, stood, atMs);
    const findings = this.#findings.add(snapshot.findings, at);
    const events: NewEvent[] = [];
    if (this.#error !== null) events.push({ event: 'again', message: 'it can be looked at again' });
    this.#error = null;
    events.push(...(isFirst ? [firstEvent(snapshot)] : threadEvents(changes, atMs)));
    for (const held of findings.held) events.push({ event: 'finding', message: findingText(held, atMs) });
    for (const gone of findings.gone)
      events.push({ event: 'finding-gone', message: `no more: ${gone.finding.message}` });
    events.push(...this.#judge(at, atMs));
    return events.map((event) => this.#event(event, look, at));
  }

  /** A look that gave nothing. */
  fail(message: string, ended: boolean, look: number, atMs: number): WatchEvent[] {
    const at = new Date(atMs).toISOString();
    const isNew = this.#error !== message;
    this.#error = message;
    if (ended) this.#endedAt = at;
    if (!isNew && !ended) return [];
    return [this.#event({ event: ended ? 'ended' : 'error', message }, look, at)];
  }

  /** Something else that is told of it. */
  note(event: EventKind, message: string, look: number, atMs: number): WatchEvent {
    return this.#event({ event, message }, look, new Date(atMs).toISOString());
  }

  told(): WatchedProcess {
    const all = this.#history.threads();
    return {
      pid: this.pid,
      command: programOf(this.snapshot?.commandLine ?? []) || null,
      python: this.snapshot?.python?.version ?? null,
      verdict: this.#verdict,
      since: this.#verdictSince,
      looks: this.#looks,
      unmoved: this.#unmoved,
      stoppedThreads: this.#stoppedThreads,
      longestPauseMs: this.#longestPauseMs,
      endedAt: this.#endedAt,
      error: this.#error,
      threads: all.filter(({ task }) => task === null),
      tasks: all.filter(({ task }) => task !== null),
      findings: this.#findings.all(),
    };
  }

  #judge(at: string, atMs: number): NewEvent[] {
    const verdict = this.#verdictNow();
    if (verdict === this.#verdict) return [];
    this.#verdict = verdict;
    this.#verdictSince = at;
    const since = verdict === 'stuck' || verdict === 'still' ? this.#stoodSince() : null;
    if (since !== null) this.#verdictSince = since;
    return [{ event: 'verdict', verdict, message: verdictText(this.told(), atMs) }];
  }

  #verdictNow(): Verdict {
    if (this.#findings.all().some(isHang)) return 'stuck';
    if (this.#looks < this.patience) return 'unknown';
    const pace = this.#history.pace();
    if (pace !== 'still') return pace;
    return this.hasStuck ? 'stuck' : 'still';
  }

  /** Since when none of its threads has gone on: the youngest of their times. */
  #stoodSince(): string | null {
    const times = this.#history.threads().map(({ since }) => since);
    return times.sort().at(-1) ?? null;
  }

  #event(event: NewEvent, look: number, at: string): WatchEvent {
    const { tid = null, task = null, verdict = null, ...what } = event;
    const head = { schemaVersion: WATCH_VERSION, kind: 'watch-event', at, look, pid: this.pid } as const;
    return { ...head, event: what.event, tid, task, message: what.message, verdict };
  }
}

function firstEvent({ python, threads: { length: threads } }: Snapshot): NewEvent {
  const version = python === null ? 'Python' : `CPython ${python.version}`;
  return { event: 'started', message: `${version}, ${threads === 1 ? '1 thread' : `${threads} threads`}` };
}

function threadEvents({ started, ended, stuck, wentOn }: Changes, atMs: number): NewEvent[] {
  const told = (event: EventKind, verb: string) => (thread: WatchedThread) => ({
    event,
    tid: thread.tid,
    task: thread.task,
    message: threadText(thread, verb, atMs),
  });
  return [
    ...started.map(told('started', 'is new')),
    ...ended.map(told('ended', 'has ended')),
    ...wentOn.map(told('went-on', 'goes on')),
    ...stuck.map(told('stuck', 'stands')),
  ];
}
