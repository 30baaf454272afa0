/**
 * Which descriptors does a thread in `poll` or `select` wait for? The kernel shows where their list is; the list itself is
 * memory of the process, which stays as it is while the thread waits.
 */
import { isDeepStrictEqual } from 'node:util';
import { addressOrNull } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { syscallName } from '../process/syscall-names.js';
import type { ThreadQuestion } from './question.js';

/** In ascending order; null: it does not poll. */
export const POLLED: ThreadQuestion<readonly number[] | null> = {
  name: 'what it polls',
  of: 'thread',
  reads: 'own',
  ask: ({ memory }, { look, architecture }) => {
    const call = look?.syscall ?? null;
    if (call === null) return null;
    const [first = 0, second = 0, ...rest] = call.args;
    switch (syscallName(architecture, call.number)) {
      case 'poll':
      case 'ppoll':
        return readPollfds(memory, first, second);
      case 'select':
      case 'pselect6':
        return readSets(memory, first, [second, ...rest.slice(0, 2)]);
      default:
        return null;
    }
  },
  same: isDeepStrictEqual,
};

/** `struct pollfd`: an `int`, two `short`s. https://man7.org/linux/man-pages/man2/poll.2.html */
const POLLFD_SIZE = 8;
/** Lists longer than this are read up to here: nobody reads on. */
const MOST_POLLED = 64;
/** What a `fd_set` has room for. https://man7.org/linux/man-pages/man2/select.2.html */
const FD_SETSIZE = 1024;

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
