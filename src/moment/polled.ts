/**
 * Which descriptors does a thread in `poll` or `select` wait for? The kernel shows where their list is; the list itself is
 * memory of the process, and counts if the thread has not run since it was looked at.
 */
import { PystackError } from '../errors.js';
import { addressOrNull } from '../memory/address.js';
import { MemoryFault, type MemoryReader } from '../memory/reader.js';
import type { Architecture } from '../process/arch.js';
import { errnoOf } from '../process/live/proc-files.js';
import type { OsLook, Process } from '../process/process.js';
import { syscallName } from '../process/syscall-names.js';
import type { CapturedProcess } from './captured.js';

/** By kernel id, in ascending order. Threads that wait for none, and those whose list could not be had for certain, are not in it. */
export type PolledDescriptors = ReadonlyMap<number, readonly number[]>;

/** `struct pollfd`: an `int`, two `short`s. https://man7.org/linux/man-pages/man2/poll.2.html */
const POLLFD_SIZE = 8;
/** Lists longer than this are read up to here: nobody reads on. */
const MOST_POLLED = 64;
/** What a `fd_set` has room for. https://man7.org/linux/man-pages/man2/select.2.html */
const FD_SETSIZE = 1024;

/** How each thread was found that was looked at. */
export function looksOf({ threads, nativeThreads }: CapturedProcess): OsLook[] {
  return [...threads, ...nativeThreads].flatMap(({ look }) => look ?? []);
}

/**
 * Descriptors each thread polls, read from memory that does not change any more (a core's) or that `areStill` vouches for
 * afterwards: it is asked which of the threads have not run since their look.
 */
export function readPolled(
  memory: MemoryReader,
  architecture: Architecture,
  looks: readonly OsLook[],
  areStill: (looks: readonly OsLook[]) => readonly OsLook[] = (all) => all,
): PolledDescriptors {
  const read = new Map<OsLook, readonly number[]>();
  for (const look of looks) {
    const descriptors = readListOf(memory, architecture, look);
    if (descriptors !== null) read.set(look, descriptors);
  }
  if (read.size === 0) return new Map();
  return new Map(areStill([...read.keys()]).map((look) => [look.tid, read.get(look) ?? []]));
}

/**
 * Descriptors each thread of `process` polls. If it has ended since, none are known: what was captured of it stands
 * without them.
 */
export function readPolledNow(
  process: Pick<Process, 'memory' | 'stillSince'>,
  architecture: Architecture,
  looks: readonly OsLook[],
): PolledDescriptors {
  try {
    return readPolled(process.memory, architecture, looks, (blocked) => process.stillSince(blocked));
  } catch (error) {
    if (error instanceof PystackError || errnoOf(error) === 'ESRCH') return new Map();
    throw error;
  }
}

function readListOf(memory: MemoryReader, architecture: Architecture, { syscall }: OsLook): number[] | null {
  if (syscall === null) return null;
  const [first = 0, second = 0, ...rest] = syscall.args;
  try {
    switch (syscallName(architecture, syscall.number)) {
      case 'poll':
      case 'ppoll':
        return readPollfds(memory, first, second);
      case 'select':
      case 'pselect6':
        return readSets(memory, first, [second, ...rest.slice(0, 2)]);
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

/** `nfds_t` counts them; those below 0 are passed over, as the kernel does. */
function readPollfds(memory: MemoryReader, at: number, nfds: number): number[] | null {
  const address = addressOrNull(at);
  if (address === null) return null;
  const count = Math.min(nfds, MOST_POLLED);
  const list = memory.read(address, count * POLLFD_SIZE);
  const descriptors = Array.from({ length: count }, (_, index) => list.getInt32(index * POLLFD_SIZE, true));
  return descriptors.filter((fd) => fd >= 0).sort((a, b) => a - b);
}

/** The descriptors below `nfds` that are in any of the sets, a bit each; a set may be NULL. */
function readSets(memory: MemoryReader, nfds: number, sets: readonly number[]): number[] {
  const limit = Math.min(nfds, FD_SETSIZE);
  const bytes = Math.ceil(limit / 8);
  const views = sets.flatMap((at) => {
    const address = addressOrNull(at);
    return address === null ? [] : [memory.read(address, bytes)];
  });
  const isIn = (fd: number) =>
    views.some((view) => Math.floor(view.getUint8(Math.floor(fd / 8)) / 2 ** (fd % 8)) % 2 === 1);
  return Array.from({ length: limit }, (_, fd) => fd).filter(isIn);
}
