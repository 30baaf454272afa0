/** What has changed between two looks? Of one process thread by thread, else stack by stack. Pure. */
import { groupsOf } from '../many/groups/group.js';
import type { Groups } from '../many/groups/model.js';
import type { LookSet } from '../many/looks/look-set.js';
import type { Snapshot } from '../snapshot.js';
import { DIFF_VERSION, type Diff, type DiffSide } from './model.js';
import { stackDifferences } from './stacks.js';
import { areOfOneProcess, threadDifferences } from './threads.js';

/** A look, or several that were put together. */
export interface Side {
  /** The file, or `process 1234`. */
  readonly source: string;
  readonly set: LookSet;
  /** Of a single process that was looked at whole; null: several, or what was collected. */
  readonly snapshot: Snapshot | null;
}

/** @param byLine whether the same functions at other lines are other stacks */
export function compare(before: Side, after: Side, byLine: boolean): Diff {
  const options = { byLine, expectAll: false };
  const [old, now] = [groupsOf(before.set, options), groupsOf(after.set, options)];
  const one = before.snapshot && after.snapshot && areOfOneProcess(before.snapshot, after.snapshot);
  const threads = one && before.snapshot && after.snapshot ? threadDifferences(before.snapshot, after.snapshot) : [];
  const { stacks, unchanged } = one
    ? { stacks: [], unchanged: threads.filter(({ change }) => change === 'same' || change === 'stood').length }
    : stackDifferences(old, now, byLine);
  const [oldFindings, newFindings] = [findingsOf(old), findingsOf(now)];
  return {
    schemaVersion: DIFF_VERSION,
    kind: 'diff',
    before: sideOf(before, old),
    after: sideOf(after, now),
    sameProcess: one === true,
    threads,
    stacks,
    unchanged,
    newFindings: [...newFindings].filter(([key]) => !oldFindings.has(key)).map(([, message]) => message),
    goneFindings: [...oldFindings].filter(([key]) => !newFindings.has(key)).map(([, message]) => message),
  };
}

function sideOf({ source }: Side, { from, counts, complete }: Groups): DiffSide {
  return { source, at: from, processes: counts.processes, threads: counts.threads, complete };
}

/** Sentences by what makes two of them the same: times in them grow. */
function findingsOf({ findings }: Groups): Map<string, string> {
  return new Map(
    findings.map(({ code, certain, message }) => [`${code} ${certain} ${message.replaceAll(/\d+/g, '#')}`, message]),
  );
}
