/** What is it that threads wait for, and who has it? All threads at once, with what each of them answered. */
import { waitFieldsOf } from '../layouts/wait-fields.js';
import type { Python } from '../python.js';
import type { ResourceAnswer, WaitingThread } from './answers.js';
import { describeWaited } from './describe.js';
import { type AnsweredThread, type Held, Holders, mutexOwner, streamOwner } from './holders.js';
import type { Objects } from './objects.js';
import { WaitTools } from './tools.js';

export type { AnsweredThread };

/** Of everything that is waited for and is an object, each once. Throws only what is not a failure of the target's memory. */
export function readResources(python: Python, threads: readonly AnsweredThread[]): ResourceAnswer[] {
  const fields = waitFieldsOf(python.layout);
  if (!fields) return [];
  const tools = python.the(WaitTools);
  const { objects } = tools;
  const holders = new Holders(tools, fields, threads);
  const resources = new Map<number, ResourceAnswer>();
  for (const thread of threads) {
    const { wait } = thread.answer;
    if (!wait || wait.object === 0 || resources.has(wait.object)) continue;
    const { kind, object } = wait;
    const type = kind === 'native-mutex' ? null : objects.shortTypeName(object);
    const description = describeWaited(objects, kind, object);
    resources.set(object, { kind, object, type, description, ...heldOf(objects, holders, thread, threads) });
  }
  return [...resources.values()];
}

/** Who has what this thread waits for. */
function heldOf(
  objects: Objects,
  holders: Holders,
  { answer: { wait }, futex }: AnsweredThread,
  threads: readonly AnsweredThread[],
): Held {
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
      const thread = holders.threadOf(objects.int(ident) ?? 0);
      return thread ? heldBy(thread) : NOBODY_KNOWN;
    }
    case 'native-mutex': {
      const owner = futex && objects.attempt(() => mutexOwner(objects, futex));
      return owner ? heldBy(threads.find(({ innerTid }) => innerTid === owner) ?? null) : NOBODY_KNOWN;
    }
    default:
      return NOBODY_KNOWN;
  }
}

const NOBODY_KNOWN: Held = { locked: null, holders: [] };

/** By its own account. null: by who is no thread of this process. */
function heldBy(thread: WaitingThread | null): Held {
  const tid = thread?.tid ?? null;
  return {
    locked: true,
    holders: [{ tid, gone: tid === null, evidence: 'exact', how: 'owner', name: null, frame: null }],
  };
}
