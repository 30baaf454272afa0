/**
 * How do the threads of one process look on a page? Those that stand at the same place and wait for the same are one block
 * that says who they are; each has what it waits for and holds, its stack, its exceptions, and what one must know first.
 */

import { durationText } from '../../report/duration.js';
import { callOf } from '../../report/fold.js';
import type { Snapshot, Thread } from '../../snapshot.js';
import { thousands } from '../../thousands.js';
import { harmless } from '../escape.js';
import { exceptionsText } from '../exceptions-text.js';
import { FrameWriter } from '../frame-text.js';
import { PLAIN } from '../palette.js';
import type { ShortPaths } from '../paths.js';
import { variableText } from '../shown-values.js';
import { isFrozen, statusWords } from '../status.js';
import { type Context, contextOf, notes } from '../thread-text.js';
import { WaitsText } from '../waits-text.js';
import { At, Stack } from './frames.js';
import { Heading, type Level } from './heading.js';
import { type Anchors, Linked } from './linked.js';

/** What the threads of one process have in common. */
export interface ThreadContext {
  readonly text: Context;
  readonly waits: WaitsText;
  readonly paths: ShortPaths;
  readonly anchors: Anchors;
  readonly inFindings: ReadonlySet<number>;
  readonly signal: string | null;
  /** Whether the process is frozen with its control group. */
  readonly frozen: boolean;
  readonly shortNames: boolean;
}

/** Threads at the same place, in the same state. */
export interface Cluster {
  readonly id: string;
  readonly threads: readonly [Thread, ...Thread[]];
  /** Whether a finding is about one of them, or it crashed. */
  readonly isOdd: boolean;
}

/** Shorter than this, how long it has been is not told, ms. */
const WORTH_TELLING_MS = 1000;
/** Names of a block that are told in its heading. */
const NAMES_SHOWN = 4;

/** Those that something is wrong with first, else in the order of the document. @param prefix begins the anchors of this process */
export function clustersOf(snapshot: Snapshot, prefix: string): Cluster[] {
  const timeless = new WaitsText(snapshot, false);
  const found = tidsInFindings(snapshot);
  const frozen = isFrozen(snapshot);
  const byKey = new Map<string, [Thread, ...Thread[]]>();
  for (const [i, thread] of snapshot.threads.entries()) {
    const hasVariables = thread.frames.some((frame) => frame.kind === 'python' && frame.locals !== undefined);
    const own = hasVariables || thread.exception !== null || thread.registers !== null;
    const key = own
      ? `${i}`
      : [
          statusWords(thread, null, frozen).join(),
          thread.interpreterId,
          thread.ending.kind,
          thread.ending.reason,
          thread.innerGap,
          ...thread.frames.map((frame) => (frame.kind === 'python' ? (frame.gap ?? '') : '')),
          thread.consistent,
          thread.movingFrames,
          thread.frames.length === 0 ? (thread.name ?? thread.osName ?? '') : '',
          ...timeless.lines(thread),
          ...exceptionsText(thread, { shortNames: false }),
          '',
          ...thread.frames.map((frame) => callOf(frame)),
        ].join('\n');
    const known = byKey.get(key);
    if (known) known.push(thread);
    else byKey.set(key, [thread]);
  }
  const clusters = [...byKey.values()].map((threads, i) => ({
    id: `${prefix}t${i + 1}`,
    threads,
    isOdd: threads.some(({ tid, faulting }) => faulting || (tid !== null && found.has(tid))),
  }));
  return [...clusters.filter(({ isOdd }) => isOdd), ...clusters.filter(({ isOdd }) => !isOdd)];
}

function tidsInFindings({ findings }: Snapshot): Set<number> {
  return new Set(findings.flatMap(({ tids }) => tids));
}

export function threadContextOf(snapshot: Snapshot, clusters: readonly Cluster[], paths: ShortPaths, verbose: boolean) {
  const anchors = new Map<number, string>();
  for (const { id, threads } of clusters) for (const { tid } of threads) if (tid !== null) anchors.set(tid, id);
  const context: ThreadContext = {
    text: contextOf(snapshot, new FrameWriter(PLAIN), { verbose }),
    waits: new WaitsText(snapshot),
    paths,
    anchors,
    inFindings: tidsInFindings(snapshot),
    signal: snapshot.core?.signal?.name ?? null,
    frozen: isFrozen(snapshot),
    shortNames: snapshot.python?.major === 2,
  };
  return context;
}

export function ClusterItem({
  cluster,
  context,
  open,
  level,
}: {
  readonly cluster: Cluster;
  readonly context: ThreadContext;
  readonly open: boolean;
  readonly level: Level;
}) {
  const { id, threads, isOdd } = cluster;
  const [first] = threads;
  const innermost = first.frames.at(-1);
  return (
    <li id={id} class={isOdd ? 'thread odd' : 'thread'} data-item="" {...(isOdd ? { 'data-odd': '' } : {})}>
      <details open={open}>
        <summary>
          <Heading level={level}>{headingOf(threads)}</Heading> <Badges thread={first} context={context} />
          {innermost !== undefined && <At frame={innermost} paths={context.paths} />}
        </summary>
        {threads.length > 1 && <Members threads={threads} />}
        <Body thread={first} context={context} alone={threads.length === 1} />
      </details>
    </li>
  );
}

/** `worker-3 (112)`; of several how many, and some of their names. */
function headingOf(threads: readonly Thread[]): string {
  const [first] = threads;
  if (first === undefined) return '';
  if (threads.length === 1) return `${nameOf(first)} ${idOf(first)}`;
  const names = [...new Set(threads.map(nameOf))];
  const shown = names.length > NAMES_SHOWN ? [...names.slice(0, NAMES_SHOWN - 1), '…', names.at(-1)] : names;
  return `${thousands(threads.length)} threads: ${shown.join(', ')}`;
}

function nameOf({ name, osName, isMain }: Thread): string {
  const label = name ?? osName;
  return label === null ? (isMain ? 'main thread' : 'thread') : harmless(label);
}

function idOf({ tid, status }: Thread): string {
  if (tid !== null) return `(${tid})`;
  return status === 'terminated' ? '(ended)' : '(id not known)';
}

function Badges({ thread, context }: { readonly thread: Thread; readonly context: ThreadContext }) {
  const words = statusWords(thread, context.signal, context.frozen);
  const { interpreterId, isMain, isPython, stillMs } = thread;
  const more = [
    ...(isMain ? ['main'] : []),
    ...(isPython ? [] : ['not of Python']),
    ...(context.text.showInterpreter && interpreterId !== null ? [`interpreter ${interpreterId}`] : []),
  ];
  return (
    <>
      {words.map((word) => (
        <span key={word} class={thread.faulting && word === words[0] ? 'badge alarm' : 'badge'}>
          {word}
        </span>
      ))}
      {more.map((word) => (
        <span key={word} class="badge faint">
          {word}
        </span>
      ))}
      {stillMs !== null && stillMs >= WORTH_TELLING_MS && (
        <span class="badge faint">not run for {durationText(stillMs)}</span>
      )}
    </>
  );
}

function Members({ threads }: { readonly threads: readonly Thread[] }) {
  return (
    <ul class="members" aria-label="Threads">
      {threads.map((thread, i) => (
        <li key={i}>
          {nameOf(thread)} {idOf(thread)}
        </li>
      ))}
    </ul>
  );
}

function Body({
  thread,
  context,
  alone,
}: {
  readonly thread: Thread;
  readonly context: ThreadContext;
  readonly alone: boolean;
}) {
  const lines = context.waits.lines(thread);
  const exceptions = exceptionsText(thread, { shortNames: context.shortNames });
  // Ids are of one thread each.
  const told = notes(alone ? thread : { ...thread, innerTid: null }, context.text);
  const stack = <Stack frames={thread.frames} paths={context.paths} />;
  const exception = exceptions.length > 0 && <pre class="exception">{exceptions.join('\n')}</pre>;
  return (
    <>
      {told.length > 0 && (
        <ul class="notes">
          {told.map((note, i) => (
            <li key={i}>{note}</li>
          ))}
        </ul>
      )}
      {lines.length > 0 && (
        <ul class="waits">
          {lines.map((line, i) => (
            <li key={i}>
              <Linked text={line} anchors={context.anchors} />
            </li>
          ))}
        </ul>
      )}
      {thread.faulting && exception}
      {stack}
      {!thread.faulting && exception}
      {thread.exception !== null && <p class="exception">Exception: {variableText(thread.exception)}</p>}
    </>
  );
}
