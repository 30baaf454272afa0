/**
 * Can this process be looked at, and if not, why not? The checks before anything of it is read.
 */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { arch } from 'node:process';
import { openFileSource } from '../../elf/file-source.js';
import type { ElfHeader } from '../../elf/header.js';
import { ELF_MACHINE, ElfError, machineName, readElfHeader } from '../../elf/header.js';
import { PystackError } from '../../errors.js';
import { livingThread } from './living-thread.js';
import { hidepidOption, ownerOf, permissionError } from './permission.js';
import { errnoOf, isOutOfDescriptors, readStat, readStatus } from './proc-files.js';

/**
 * Throws the PystackError that applies when `pid` is no process, a thread of one, a kernel thread, or has ended:
 * `no-such-process`, `thread-id`, `kernel-thread`, `zombie`.
 */
export function checkProcess(pid: number): void {
  if (!Number.isInteger(pid) || pid <= 0) {
    throw new PystackError('no-such-process', `${pid} is not a process id`, {
      nextStep: 'give the number ps or pgrep shows',
    });
  }
  checkProcIsOurs();
  const status = readStatus(pid);
  const stat = readStat(pid);
  if (!status || !stat) throw withoutDescriptors(pid) ?? noSuchProcess(pid);
  if (status.tgid !== null && status.tgid !== pid) {
    throw new PystackError('thread-id', `${pid} is a thread of process ${status.tgid}, not a process`, {
      cause: 'the number is a thread id (as shown by ps -L, top -H or gettid)',
      nextStep: `pystack remote ${status.tgid}`,
    });
  }
  if (stat.kernelThread) {
    throw new PystackError('kernel-thread', `${pid} (${stat.comm}) is a kernel thread`, {
      cause: 'kernel threads run no program and have no user memory',
      nextStep: 'give the id of a Python process: pgrep -a python',
    });
  }
  if (livingThread(pid) === null) {
    throw new PystackError('zombie', `process ${pid} (${stat.comm}) has ended and is a zombie`, {
      cause: 'its memory is gone; only its exit status waits for its parent',
      nextStep: 'nothing of it can be shown; look at its parent, which has not waited for it',
    });
  }
}

function noSuchProcess(pid: number): PystackError {
  const hidepid = hidepidOption();
  // With hidepid=1 that it is there is all that is shown.
  if (hidepid !== null && ownerOf(`/proc/${pid}`) !== null) return permissionError(pid, null);
  return new PystackError('no-such-process', `there is no process ${pid}`, {
    cause:
      hidepid === null
        ? 'it has ended, or the number is one of another pid namespace (a container)'
        : `it has ended, or /proc (mounted with hidepid=${hidepid}) does not show us processes of other users`,
    nextStep: hidepid === null ? 'list Python processes: pgrep -a python' : `try as root: sudo pystack remote ${pid}`,
  });
}

/**
 * Throws `no-such-process` where the numbers below /proc are not those that our system calls understand, as after
 * `nsenter --pid` without `--mount`: the files would be one process's, and the memory another's.
 */
function checkProcIsOurs(): void {
  const self = procSelf();
  if (self === String(process.pid)) return;
  const remedy = 'mount it anew: mount -t proc proc /proc';
  if (self === null && !existsSync('/proc/stat')) {
    throw new PystackError('no-such-process', '/proc is not mounted here', {
      cause: 'without it nothing is known of other processes',
      nextStep: remedy,
    });
  }
  throw new PystackError('no-such-process', '/proc here shows another pid namespace than ours', {
    cause: `this process is ${process.pid} to the kernel and ${self ?? 'nobody'} in /proc: the same number means two processes`,
    nextStep: `${remedy}, or enter both namespaces: nsenter --target <pid> --pid --mount pystack …`,
  });
}

/** Our own id as /proc has it; null: we are not in it. */
function procSelf(): string | null {
  try {
    return readlinkSync('/proc/self');
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** Whether it is for want of descriptors that nothing was read: null: it is not. */
function withoutDescriptors(pid: number): PystackError | null {
  try {
    readFileSync(`/proc/${pid}/stat`);
  } catch (error) {
    if (isOutOfDescriptors(error)) return tooFewDescriptors(pid, error);
  }
  return null;
}

function tooFewDescriptors(pid: number, error: unknown): PystackError {
  return new PystackError('out-of-descriptors', `there are too few file descriptors to read process ${pid}`, {
    cause: error instanceof Error ? error.message : String(error),
    underlying: error,
  });
}

/** What a failed read or open of the target means by now: ended meanwhile, forbidden, or something else. */
export function explainFailure(pid: number, error: unknown): PystackError {
  if (error instanceof PystackError) return error;
  const errno = errnoOf(error);
  if (errno === 'ESRCH' || livingThread(pid) === null) {
    return new PystackError('process-exited', `process ${pid} ended while it was being read`, {
      nextStep: 'nothing of it can be shown any more',
      underlying: error,
    });
  }
  if (errno === 'EPERM' || errno === 'EACCES') return permissionError(pid, error);
  if (isOutOfDescriptors(error)) return tooFewDescriptors(pid, error);
  return new PystackError('unreadable-memory', `the memory of process ${pid} cannot be read`, {
    cause: error instanceof Error ? error.message : String(error),
    underlying: error,
  });
}

const HOST_MACHINES: Readonly<Record<string, number>> = { x64: ELF_MACHINE.X86_64, arm64: ELF_MACHINE.AARCH64 };

/**
 * Throws `wrong-architecture` unless the process runs a 64-bit program of this machine. Silent when its executable
 * cannot be opened: what it is then shows in memory.
 */
export function checkArchitecture(pid: number): void {
  let header: ElfHeader;
  try {
    const source = openFileSource(`/proc/${livingThread(pid) ?? pid}/exe`, `the executable of process ${pid}`);
    try {
      header = readElfHeader(source);
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof ElfError && error.refusal !== 'not-elf') throw wrongArchitecture(pid, error.message, error);
    if (error instanceof ElfError || errnoOf(error) !== null) return;
    throw error;
  }
  const own = HOST_MACHINES[arch];
  if (own !== undefined && header.machine !== own) {
    throw wrongArchitecture(pid, `it is a program for ${machineName(header.machine)} on ${machineName(own)}`);
  }
}

function wrongArchitecture(pid: number, cause: string, underlying?: unknown): PystackError {
  return new PystackError('wrong-architecture', `process ${pid} is not a 64-bit program of this machine`, {
    cause,
    nextStep: 'only 64-bit little-endian programs (x86-64, AArch64) can be read',
    underlying,
  });
}
