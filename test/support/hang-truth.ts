/**
 * Is what is said of waits and owners what the program wrote down? Every wait has to be right, every owner that can be known
 * for certain as well, no owner may be false, and of those that are probable most have to be found.
 */
import type { Resource, Snapshot, Thread } from '../../src/snapshot.js';

export interface Truth {
  /** By the thread's name. */
  readonly waits: Readonly<Record<string, { kind: string; address: string | null; names: string[] }>>;
  /** By address. */
  readonly held: Readonly<Record<string, readonly HeldTruth[]>>;
  readonly findings: readonly { code: string; threads: string[] }[];
  /** By the thread's name. */
  readonly tids: Readonly<Record<string, number>>;
}

export interface HeldTruth {
  readonly thread: string;
  readonly how: 'exact' | 'probable';
  /** The line on which it was taken; null: that is not said. */
  readonly takenAt?: number | null;
}

/** Least share of probable owners that have to be found. */
const PROBABLE_SHARE = 0.8;

export interface TruthOptions {
  /** Kinds that a core cannot tell apart, as it knows no descriptors. */
  readonly withoutDescriptors?: boolean;
}

/** All that is not as the program wrote it down, in words. */
export function wrongAbout(snapshot: Snapshot, truth: Truth, options: TruthOptions = {}): string[] {
  return [...wrongWaits(snapshot, truth, options), ...wrongOwners(snapshot, truth), ...wrongFindings(snapshot, truth)];
}

/** Of these a core has only the number; that it is a socket tells the call. */
const DESCRIPTORS = new Set(['pipe', 'file']);

function wrongWaits(snapshot: Snapshot, { waits }: Truth, { withoutDescriptors = false }: TruthOptions): string[] {
  return Object.entries(waits).flatMap(([name, expected]) => {
    const thread = named(snapshot, name);
    if (!thread) return [`no thread ${name}`];
    const [wait] = thread.waits;
    const resource = snapshot.resources.find(({ id }) => id === wait?.resource) ?? null;
    const kind = withoutDescriptors && DESCRIPTORS.has(expected.kind) ? 'descriptor' : expected.kind;
    const seen = { kind: wait?.kind ?? null, address: resource?.address ?? null };
    if (seen.kind !== kind || (expected.address !== null && seen.address !== expected.address)) {
      return [`${name}: waits for ${JSON.stringify(seen)}, should be ${kind} ${expected.address}`];
    }
    if (expected.names.length > 0 && !expected.names.includes(wait?.name ?? '')) {
      return [`${name}: waits for what is called ${wait?.name}, should be one of ${expected.names.join(', ')}`];
    }
    return [];
  });
}

function wrongOwners({ resources, threads }: Snapshot, { held }: Truth): string[] {
  const wrong: string[] = [];
  let probable = 0;
  let found = 0;
  const nameOf = (tid: number | null) => threads.find((thread) => thread.tid === tid)?.name ?? String(tid);
  for (const [address, owners] of Object.entries(held)) {
    const resource: Resource | undefined = resources.find((one) => one.address === address);
    const seen = resource?.holders.map(({ tid, evidence }) => ({ thread: nameOf(tid), how: evidence })) ?? [];
    for (const { thread, how } of seen) {
      const owner = owners.find((one) => one.thread === thread);
      if (!owner) wrong.push(`${resource?.id}: held by ${thread} (${how}), which is false`);
      else if (how === 'exact' && owner.how !== 'exact') wrong.push(`${resource?.id}: ${thread} is not so certain`);
    }
    // A lock that nobody waits for is not told.
    if (!resource || resource.waiters.length === 0) continue;
    for (const { thread, how, takenAt = null } of owners) {
      const match = seen.find((one) => one.thread === thread);
      if (how === 'exact' && match?.how !== 'exact') {
        wrong.push(`${resource?.id ?? address}: ${thread} holds it for certain, seen ${JSON.stringify(seen)}`);
      }
      const line = resource.holders.find(({ tid }) => nameOf(tid) === thread)?.takenAt ?? null;
      if (match && takenAt !== null && line !== takenAt) {
        wrong.push(`${resource.id}: ${thread} took it at line ${takenAt}, seen ${line}`);
      }
      if (how === 'probable') {
        probable++;
        if (match) found++;
      }
    }
  }
  if (found < probable * PROBABLE_SHARE) wrong.push(`${found} of ${probable} probable owners found`);
  return wrong;
}

function wrongFindings({ findings, threads }: Snapshot, truth: Truth): string[] {
  const told = findings.map(({ code, tids }) => ({
    code,
    names: tids.map((tid) => threads.find((thread) => thread.tid === tid)?.name ?? String(tid)).sort(),
  }));
  const wrong: string[] = [];
  for (const { code, threads: names } of truth.findings) {
    const expected = JSON.stringify({ code, names: [...names].sort() });
    if (!told.some((one) => JSON.stringify(one) === expected)) wrong.push(`not found: ${expected}`);
  }
  for (const { code, names } of told) {
    if (!code.endsWith('deadlock')) continue;
    const isTrue = truth.findings.some(
      (one) => one.code === code && JSON.stringify([...one.threads].sort()) === JSON.stringify(names),
    );
    if (!isTrue) wrong.push(`false: ${code} ${names.join(', ')}`);
  }
  return wrong;
}

function named({ threads }: Snapshot, name: string): Thread | undefined {
  return threads.find((thread) => thread.name === name);
}
