/**
 * What does a blocked thread wait for? The kernel's own words: the system call and its arguments, and for file
 * descriptors what they are open on.
 */
import { formatAddress } from '../memory/address.js';
import type { Architecture } from '../process/arch.js';
import { syscallName } from '../process/syscall-names.js';

/** A blocked thread's system call, by number. */
export interface BlockedCall {
  readonly number: number;
  readonly args: readonly number[];
}

export interface WaitDescription {
  readonly syscall: string | null;
  readonly waitingOn: string | null;
}

/** System calls whose first argument is the file descriptor they wait on. */
const WAITS_ON_DESCRIPTOR: ReadonlySet<string> = new Set(
  `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg
  accept accept4 connect epoll_wait epoll_pwait epoll_pwait2 fsync fdatasync flock ioctl fcntl sendfile splice
  io_uring_enter`
    .trim()
    .split(/\s+/),
);
const WAITS_ON_FUTEX: ReadonlySet<string> = new Set(['futex', 'futex_wait']);
/** First argument of waitid for one process. https://github.com/torvalds/linux/blob/v6.10/include/uapi/linux/wait.h#L17 */
const P_PID = 1;
/** Polled descriptors that are named; the others are counted. */
const MOST_NAMED = 3;

/**
 * `polled`: the descriptors of a thread that polls; null: it does not, or they are not known. `describeFd` says what a
 * descriptor of the target is open on ("TCP *:80 (LISTEN)", "/var/log/app.log"); null: unknown.
 */
export function describeWait(
  architecture: Architecture,
  call: BlockedCall,
  polled: readonly number[] | null,
  describeFd: (fd: number) => string | null,
): WaitDescription {
  const syscall = syscallName(architecture, call.number);
  if (syscall === null) return { syscall, waitingOn: null };
  const name = (fd: number): string => {
    const target = describeFd(fd);
    return target === null ? `fd ${fd}` : `fd ${fd} (${target})`;
  };
  if (polled === null) return { syscall, waitingOn: waitingOn(syscall, call.args, name) };
  const named = polled.slice(0, MOST_NAMED).map(name).join(', ');
  const more = polled.length - MOST_NAMED;
  return { syscall, waitingOn: more > 0 ? `${named} and ${more} more` : named || null };
}

function waitingOn(
  syscall: string,
  [first = 0, second = 0]: readonly number[],
  name: (fd: number) => string,
): string | null {
  if (WAITS_ON_FUTEX.has(syscall)) return `futex ${formatAddress(first)}`;
  if (WAITS_ON_DESCRIPTOR.has(syscall)) return name(first);
  if (syscall === 'wait4') return childProcess(first);
  if (syscall === 'waitid') return childProcess(first === P_PID ? second : 0);
  return null;
}

/** Its id is as the process knows it; what is none (-1, a group) means any. */
function childProcess(id: number): string {
  return id > 0 && id < 2 ** 31 ? `child process ${id}` : 'a child process';
}
