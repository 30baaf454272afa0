/** For what kind of thing does a thread wait, by the system call it is in, and until when? */
import { addressOrNull } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import type { Architecture } from '../process/arch.js';
import type { OsLook } from '../process/process.js';
import { syscallName } from '../process/syscall-names.js';
import { reasonOf } from '../python/problem.js';
import type { WaitKind } from '../snapshot.js';

const DESCRIPTOR_CALLS: ReadonlySet<string> = new Set(
  `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 recvfrom recvmsg recvmmsg sendto sendmsg
  sendmmsg accept accept4 connect sendfile splice fsync fdatasync ioctl`
    .trim()
    .split(/\s+/),
);
const SOCKET_CALLS: ReadonlySet<string> = new Set(
  'recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg accept accept4 connect'.split(' '),
);
const POLL_CALLS: ReadonlySet<string> = new Set(
  'poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2'.split(' '),
);
const KINDS: Readonly<Record<string, WaitKind>> = {
  wait4: 'child',
  waitid: 'child',
  flock: 'file-lock',
  fcntl: 'file-lock',
  nanosleep: 'timer',
  clock_nanosleep: 'timer',
  pause: 'signal',
  rt_sigtimedwait: 'signal',
  rt_sigsuspend: 'signal',
};

/** Whether the call is a wait on a futex, whose address is its first argument. */
export function isFutexWait(architecture: Architecture, { syscall }: OsLook): boolean {
  const name = syscall && syscallName(architecture, syscall.number);
  return name === 'futex' || name === 'futex_wait';
}

/** null: none that is known, or a futex. What a `descriptor` is open on is not told by the call. */
export function kernelWaitOf(architecture: Architecture, { syscall }: OsLook): WaitKind | null {
  const name = syscall && syscallName(architecture, syscall.number);
  if (!syscall || !name) return null;
  const [first = 0] = syscall.args;
  if (SOCKET_CALLS.has(name)) return 'socket';
  if (DESCRIPTOR_CALLS.has(name)) return 'descriptor';
  if (POLL_CALLS.has(name)) {
    // Without descriptors it only lets time pass.
    if (name.includes('select') && first === 0) return 'timer';
    return 'poll';
  }
  return Object.hasOwn(KINDS, name) ? (KINDS[name] ?? null) : null;
}

/** When a wait ends by itself: at a time of a clock, or so long after it began. */
export type Deadline =
  | { readonly kind: 'at'; readonly clock: 'monotonic' | 'realtime'; readonly ms: number }
  | { readonly kind: 'after'; readonly ms: number };

/** https://github.com/torvalds/linux/blob/v6.10/include/uapi/linux/futex.h */
const FUTEX_WAIT = 0;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_CMD_MASK = 127;
const FUTEX_CLOCK_REALTIME = 256;
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

/** Where the time stands that a call ends at, or after; 0: it has none there. It is the thread's own memory. */
export function deadlineAddress(architecture: Architecture, { syscall }: OsLook): number {
  const [first = 0, , third = 0, fourth = 0, fifth = 0] = syscall?.args ?? [];
  switch (syscall && syscallName(architecture, syscall.number)) {
    case 'futex':
      return fourth;
    case 'clock_nanosleep':
    case 'ppoll':
      return third;
    case 'nanosleep':
      return first;
    case 'select':
    case 'pselect6':
      return fifth;
    default:
      return 0;
  }
}

/** null: it has none, or it cannot be told. */
export function deadlineOf(memory: MemoryReader, architecture: Architecture, look: OsLook): Deadline | null {
  const { syscall } = look;
  const name = syscall && syscallName(architecture, syscall.number);
  if (!syscall || !name) return null;
  const [first = 0, second = 0, third = 0, fourth = 0] = syscall.args;
  const at = deadlineAddress(architecture, look);
  const after = (ms: number | null): Deadline | null => (ms === null ? null : { kind: 'after', ms });
  switch (name) {
    case 'futex': {
      const ms = readTimespec(memory, at);
      const command = second & FUTEX_CMD_MASK;
      if (ms === null) return null;
      if (command === FUTEX_WAIT) return after(ms);
      const clock = (second & FUTEX_CLOCK_REALTIME) === 0 ? 'monotonic' : 'realtime';
      return command === FUTEX_WAIT_BITSET ? { kind: 'at', clock, ms } : null;
    }
    case 'clock_nanosleep': {
      const ms = readTimespec(memory, at);
      if (ms === null) return null;
      if ((second & TIMER_ABSTIME) === 0) return after(ms);
      if (first === CLOCK_REALTIME) return { kind: 'at', clock: 'realtime', ms };
      return first === CLOCK_MONOTONIC ? { kind: 'at', clock: 'monotonic', ms } : null;
    }
    case 'nanosleep':
    case 'pselect6':
    case 'ppoll':
      return after(readTimespec(memory, at));
    case 'select':
      return after(readTimes(memory, at, 1000));
    case 'poll':
      return third < 2 ** 31 ? after(third) : null;
    case 'epoll_wait':
    case 'epoll_pwait':
      return fourth < 2 ** 31 ? after(fourth) : null;
    default:
      return null;
  }
}

function readTimespec(memory: MemoryReader, at: number): number | null {
  return readTimes(memory, at, 1_000_000);
}

/** Seconds, and parts of one of which `partsAMs` are a ms. */
function readTimes(memory: MemoryReader, at: number, partsAMs: number): number | null {
  try {
    const address = addressOrNull(at);
    if (address === null) return null;
    const view = memory.read(address, 16);
    return Number(view.getBigInt64(0, true)) * 1000 + Number(view.getBigInt64(8, true)) / partsAMs;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
