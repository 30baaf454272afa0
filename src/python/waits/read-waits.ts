/**
 * What does a thread wait for, how does the program call it, and which locks does it have by `with`? Frames lead to objects.
 */

import { MemoryFault, type MemoryReader } from '../../memory/reader.js';
import type { WaitKind } from '../../snapshot.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import type { Python } from '../python.js';
import type { ThreadWait, WaitAnswer, WaitingThread } from './answers.js';
import { mutexesHeld } from './critical-sections.js';
import { heldByWith } from './held-locks.js';
import { mutexOwner } from './holders.js';
import { type Climbed, climb, type Subject } from './library-waits.js';
import { isExclusive, type LockKind } from './lock-words.js';
import type { Objects } from './objects.js';
import { stopWaitOf } from './stop-the-world.js';
import { WaitTools } from './tools.js';
import { inHandOf, ValueStacks } from './value-stack.js';
import { findWaitedObject, mutexOf, parkedOn } from './waited-object.js';

/** Frames outside the library's in which a name is looked for. */
const NAMING_FRAMES = 3;

/** Throws only what is not a failure of the target's memory. */
export function readThreadWait(python: Python, thread: WaitingThread): ThreadWait {
  const tools = python.the(WaitTools);
  const { objects, scopes, stacks, fields } = tools;
  if (!stacks || !fields) return { wait: null, held: [], sections: [] };
  return {
    wait: waitOf(tools, thread),
    held: heldByWith(objects, scopes, stacks, thread.frames),
    sections: sectionsOf(objects, fields, thread),
  };
}

/** What one memory has, and of what it lacks what another has. */
function firstOf(one: MemoryReader, other: MemoryReader): MemoryReader {
  return {
    read: (address, size) => {
      try {
        return one.read(address, size);
      } catch (error) {
        if (!(error instanceof MemoryFault)) throw error;
        return other.read(address, size);
      }
    },
  };
}

function sectionsOf(objects: Objects, { freeThreaded }: WaitFields, { state }: WaitingThread): readonly number[] {
  return freeThreaded ? mutexesHeld(objects, freeThreaded, state) : [];
}

/**
 * The locks that a thread has by `with` that runs: its frames as they were copied, as far as they were (a frame may lie on
 * two pages, of which one was not), the objects as they are now, so that none of it is certain. Throws only what is not a
 * failure of the target's memory.
 */
export function readHeldWhileRunning(
  python: Python,
  copy: Python,
  thread: WaitingThread,
): Pick<ThreadWait, 'held' | 'sections'> {
  const { objects, scopes, fields } = python.the(WaitTools);
  if (!fields) return { held: [], sections: [] };
  return {
    held: heldByWith(
      objects,
      scopes,
      new ValueStacks(objects, fields, firstOf(copy.memory, python.memory)),
      thread.frames,
    ),
    sections: sectionsOf(objects, fields, thread),
  };
}

function waitOf(tools: WaitTools, thread: WaitingThread): WaitAnswer | null {
  const { futex, kernel, frames } = thread;
  const start = futex ? startOf(tools, thread) : kernel && { kind: kernel, object: 0, named: 0, suffix: '' };
  if (!start) return null;
  const climbed = tools.objects.attempt(() => climb(tools.objects, tools.scopes, start, frames));
  const { subject, frames: libraryFrames } = climbed ?? { subject: start, frames: 0 };
  return {
    kind: subject.kind,
    object: subject.object,
    name: nameOf(tools, thread, { subject, frames: libraryFrames }),
    lock: start.object,
    libraryFrames,
  };
}

/** What a thread sleeps on that sleeps on a futex. */
function startOf({ objects, stacks, fields }: WaitTools, thread: WaitingThread): Subject | null {
  const { futex, frames } = thread;
  if (!futex || !stacks || !fields) return null;
  if (objects.attempt(() => mutexOwner(objects, futex)) !== null) {
    return { kind: 'native-mutex', object: futex.futex, named: 0, suffix: '' };
  }
  const parked = fields.freeThreaded ? parkedOn(objects, futex) : null;
  if (fields.freeThreaded && parked !== null) {
    const stop = stopWaitOf(objects, fields, thread, parked);
    if (stop) return { ...stop, named: 0, suffix: '' };
    const owner = mutexOf(objects, fields.freeThreaded, parked);
    if (owner !== 0) return { kind: 'object-mutex', object: owner, named: owner, suffix: '' };
  }
  const found = objects.attempt(() => findWaitedObject(objects, stacks, futex, inHandOf(frames[0])));
  if (!found) return { kind: 'native', object: 0, named: 0, suffix: '' };
  const { object } = found;
  return { kind: kindOf(objects, found.kind, object), object, named: object, suffix: '' };
}

function kindOf(objects: Objects, kind: LockKind, object: number): WaitKind {
  switch (kind) {
    case 'sem-lock':
      return objects.attempt(() => isExclusive(objects, object)) ? 'process-lock' : 'process-semaphore';
    case 'stream':
      return 'stream-lock';
    case 'thread-handle':
      return 'join';
    case 'inner':
      return 'inner-lock';
    default:
      return kind;
  }
}

function nameOf(
  { objects, paths }: WaitTools,
  { frames }: WaitingThread,
  { subject, frames: from }: Climbed,
): string | null {
  if (subject.kind === 'import-lock') return objects.text(objects.ownAttribute(subject.object, 'name'));
  if (subject.named === 0) return null;
  for (const frame of frames.slice(from, from + NAMING_FRAMES)) {
    const inHand = inHandOf(frame);
    const name = inHand && objects.attempt(() => paths.find(inHand, subject.named));
    if (name) return name + subject.suffix;
  }
  return null;
}
