/** What is it that threads wait for, and who has it? All threads at once, with what each of them answered. */
import type { Python } from '../python.js';
import type { ResourceAnswer, WaitingThread } from './answers.js';
import { describeWaited, isOfC } from './describe.js';
import { endingMethods } from './enders.js';
import { type AnsweredThread, type Held, Holders, mutexOwner, streamOwner } from './holders.js';
import type { Objects } from './objects.js';
import { requesterOf, stopsThatAreWanted } from './stop-the-world.js';
import { WaitTools } from './tools.js';

export type { AnsweredThread };

/** Of everything that is waited for and is an object, each once. Throws only what is not a failure of the target's memory. */
export function readResources(python: Python, threads: readonly AnsweredThread[]): ResourceAnswer[] {
  const tools = python.the(WaitTools);
  const { objects, fields } = tools;
  if (!fields) return [];
  const holders = new Holders(tools, fields, threads);
  const resources = new Map<number, ResourceAnswer>();
  for (const thread of threads) {
    const { wait } = thread.answer;
    if (!wait || wait.object === 0 || resources.has(wait.object)) continue;
    const { kind, object } = wait;
    const type = isOfC(kind) ? null : objects.shortTypeName(object);
    const description = describeWaited(objects, kind, object);
    const held = heldOf(objects, holders, thread, threads);
    resources.set(object, { kind, object, type, description, ...held, wantedBy: null });
  }
  for (const stop of stopsThatAreWanted(objects, fields, threads)) {
    const held = holders.whoAreAttached(stop.by);
    const description = describeWaited(objects, 'safe-point', stop.object);
    const wanted = { kind: 'safe-point', object: stop.object, type: null, description, ...held } as const;
    resources.set(stop.object, { ...wanted, wantedBy: stop.by.tid });
  }
  return [...resources.values()];
}

/** Who has what this thread waits for. */
function heldOf(objects: Objects, holders: Holders, thread: AnsweredThread, threads: readonly AnsweredThread[]): Held {
  const { wait } = thread.answer;
  const { futex } = thread;
  if (!wait) return NOBODY_KNOWN;
  const { kind, object } = wait;
  switch (kind) {
    case 'lock':
    case 'rlock':
    case 'import-lock':
    case 'process-lock':
    case 'semaphore':
      return holders.of(object);
    case 'stream-lock': {
      const owner = futex && objects.attempt(() => streamOwner(objects, object, futex));
      return owner ? heldBy(holders.threadOf(owner)) : NOBODY_KNOWN;
    }
    case 'join': {
      // Who waits for the end of a thread waits for that thread.
      const ident = objects.ownAttribute(object, '_ident') || objects.ownAttribute(object, '_Thread__ident');
      const awaited = holders.threadOf(objects.int(ident) ?? 0);
      return awaited ? heldBy(awaited) : NOBODY_KNOWN;
    }
    case 'object-mutex':
      return holders.ofMutex(object);
    case 'attach': {
      const requester = requesterOf(objects, object);
      const tid = threads.find(({ state }) => state !== 0 && state === requester)?.tid ?? null;
      return tid === null ? NOBODY_KNOWN : heldBy({ tid });
    }
    case 'safe-point':
      return holders.whoAreAttached(thread);
    case 'native-mutex': {
      const owner = futex && objects.attempt(() => mutexOwner(objects, futex));
      return owner ? heldBy(threads.find(({ innerTid }) => innerTid === owner) ?? null) : NOBODY_KNOWN;
    }
    default: {
      const methods = endingMethods(objects, kind, object, wait.lock);
      return methods ? holders.whoMayEnd(object, methods) : NOBODY_KNOWN;
    }
  }
}

const NOBODY_KNOWN: Held = { locked: null, holders: [] };

/** By its own account. null: by who is no thread of this process. */
function heldBy(thread: Pick<WaitingThread, 'tid'> | null): Held {
  const tid = thread?.tid ?? null;
  return {
    locked: true,
    holders: [{ tid, gone: tid === null, evidence: 'exact', how: 'owner', name: null, frame: null, takenAt: null }],
  };
}
