/**
 * What does a blocked thread wait for? The kernel's own words: the system call and its arguments, and for a file
 * descriptor what it is open on.
 */
import { formatAddress } from '../memory/address.js';
import { type SyscallArchitecture, syscallName } from './syscall-names.js';

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
const WAITS_ON_CHILD: ReadonlySet<string> = new Set(['wait4', 'waitid']);

/** `describeFd` says what a descriptor of the target is open on ("socket:[4711]", "/var/log/app.log"); null: unknown. */
export function describeWait(
  architecture: SyscallArchitecture,
  call: BlockedCall,
  describeFd: (fd: number) => string | null,
): WaitDescription {
  const syscall = syscallName(architecture, call.number);
  return { syscall, waitingOn: syscall === null ? null : waitingOn(syscall, call.args[0] ?? 0, describeFd) };
}

function waitingOn(syscall: string, first: number, describeFd: (fd: number) => string | null): string | null {
  if (WAITS_ON_FUTEX.has(syscall)) return `futex ${formatAddress(first)}`;
  if (WAITS_ON_DESCRIPTOR.has(syscall)) {
    const target = describeFd(first);
    return target === null ? `fd ${first}` : `fd ${first} (${target})`;
  }
  if (WAITS_ON_CHILD.has(syscall)) return 'a child process';
  return null;
}
