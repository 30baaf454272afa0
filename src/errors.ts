/**
 * What can go wrong, for good? One closed list. Each error has a code, a message that says what happened, the likely
 * cause, the next step, and an exit code. docs/errors.md is made from it. What is merely missing or doubtful is
 * no error but a warning in the Snapshot.
 */

import type { Snapshot } from './snapshot.js';

/** 0 complete · 1 nothing could be shown · 2 usage · 3 shown but incomplete (stderr says what is missing). */
export const EXIT = { complete: 0, nothing: 1, usage: 2, incomplete: 3, found: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a code means, apart from the case at hand. Where an error brings no cause or next step of its own, these are shown. */
export interface ErrorEntry {
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

/** The closed list. */
export const ERRORS = {
  usage: {
    title: 'Wrong usage',
    meaning: 'The command line cannot be understood: an unknown command or option, a missing or malformed value.',
    remedy: 'Compare with `pystack --help`, or `pystack <command> --help`.',
    exitCode: EXIT.usage,
  },
  'no-such-process': {
    title: 'No such process',
    meaning:
      'No process has this id: it has ended, or the id belongs to another pid namespace (a container, another host).',
    remedy: 'List candidates with `pgrep -af python`; for a process in a container use its id as the host sees it.',
    exitCode: EXIT.nothing,
  },
  zombie: {
    title: 'Zombie process',
    meaning: 'The process has ended and only waits for its parent to collect its exit status; its memory is gone.',
    remedy: 'Look at the parent, or open the core file if it left one: `pystack core <file>`.',
    exitCode: EXIT.nothing,
  },
  'kernel-thread': {
    title: 'Kernel thread',
    meaning: 'The id is that of a thread of the kernel, which has no user memory and runs no Python.',
    remedy: 'Check the id with `ps -o pid,comm -p <pid>`.',
    exitCode: EXIT.nothing,
  },
  'thread-id': {
    title: 'Id of a thread',
    meaning: 'The id is that of one thread of a process, not of a process.',
    remedy: 'Use the process id, which is the `Tgid` line of `/proc/<tid>/status`.',
    exitCode: EXIT.nothing,
  },
  'not-python': {
    title: 'Not a Python process',
    meaning: 'Nothing in the mapped files or the memory of the process is a CPython interpreter.',
    remedy:
      'Check the id: a wrapper, shell or supervisor may have started the interpreter as its child (`pgrep -P <pid>`). `-v` says where it was looked for; `--exhaustive` looks everywhere. `--native-all` shows the native stacks of one process, or core, nevertheless.',
    exitCode: EXIT.nothing,
  },
  'not-initialized': {
    title: 'Interpreter not initialised',
    meaning:
      'A Python interpreter is there but has no thread state yet, or none any more: the process is starting up or about to end. Of a core that lost memory: nothing that is left leads to one.',
    remedy: 'Try again a moment later. Of a core: have a whole one written, or search all of it (`--exhaustive`).',
    exitCode: EXIT.nothing,
  },
  permission: {
    title: 'Not permitted',
    meaning:
      'The kernel refuses access to the memory of the process: another user, the Yama security module, a missing capability in a container, or a process made undumpable.',
    remedy:
      'The message names which of them applies here and what lifts it; usually `sudo`, or `--cap-add=SYS_PTRACE` for the container.',
    exitCode: EXIT.nothing,
  },
  'process-exited': {
    title: 'Process ended meanwhile',
    meaning: 'The process ended, or replaced itself with another program, while it was being looked at.',
    remedy: 'Nothing is wrong with it because of this; look at its successor if there is one.',
    exitCode: EXIT.nothing,
  },
  'unsupported-version': {
    title: 'Unknown Python version',
    meaning: 'The interpreter is older or newer than the versions whose memory layout is known.',
    remedy: 'See the list of versions in the README; a newer release of this tool may know it.',
    exitCode: EXIT.nothing,
  },
  'unsupported-interpreter': {
    title: 'Unsupported interpreter',
    meaning:
      'The interpreter is of a kind or build whose structures cannot be read: another implementation, or a table of offsets that contradicts itself.',
    remedy: 'Report the message: it names the field that does not fit.',
    exitCode: EXIT.nothing,
  },
  'wrong-architecture': {
    title: 'Other architecture',
    meaning: 'The process or core file is of another kind of processor than this tool reads, or of 32 bits.',
    remedy: 'Look at it on a machine of that architecture.',
    exitCode: EXIT.nothing,
  },
  'unsupported-platform': {
    title: 'Unsupported machine',
    meaning: 'This operating system, kernel or processor is not supported.',
    remedy: 'Run it on Linux on an x64 or arm64 processor: where the process runs, or with its core file anywhere.',
    exitCode: EXIT.nothing,
  },
  'addon-missing': {
    title: 'Native addon missing',
    meaning: 'The compiled part of this tool is not there or does not fit this machine.',
    remedy: 'Build it here: `npm run build`.',
    exitCode: EXIT.nothing,
  },
  'not-main-thread': {
    title: 'Called from a worker',
    meaning: 'Processes can only be looked at from the main thread of Node.js; the library was called from a worker.',
    remedy: 'Call it from the main thread, or run the command as a process of its own.',
    exitCode: EXIT.nothing,
  },
  'unreadable-memory': {
    title: 'Memory cannot be read',
    meaning: 'The structures that everything hangs on lie in memory that cannot be read.',
    remedy: 'Try again; if it stays, look with `-vv` and report the address it names.',
    exitCode: EXIT.nothing,
  },
  'out-of-descriptors': {
    title: 'Out of file descriptors',
    meaning: 'This tool may open no more files: its own limit is used up, or that of the whole machine.',
    remedy: 'Raise it and try again: `ulimit -n 4096` (two a thread and some thirty are wanted).',
    exitCode: EXIT.nothing,
  },
  'file-not-found': {
    title: 'File not found',
    meaning: 'A file or directory named on the command line does not exist.',
    remedy: 'Check the path.',
    exitCode: EXIT.nothing,
  },
  'file-unreadable': {
    title: 'File cannot be read',
    meaning: 'A file named on the command line is there but cannot be opened or read.',
    remedy: 'Check its permissions, and that it is a regular file.',
    exitCode: EXIT.nothing,
  },
  'not-a-core': {
    title: 'Not a core file',
    meaning: 'The file is something else: text, a program, an archive, or empty.',
    remedy: 'Check what it is with `file <path>`.',
    exitCode: EXIT.nothing,
  },
  'core-unreadable': {
    title: 'Core file too damaged',
    meaning:
      'The file is a core, but so much of it is missing or damaged that no stack could be read. One that gdb wrote (gcore) has at its very end what tells threads and files: however little was cut from it, that is lost.',
    remedy:
      'Get a complete one: look for a full disk, a size limit (`ulimit -c`, `coredump.conf`), or an interrupted copy.',
    exitCode: EXIT.nothing,
  },
  'executable-not-found': {
    title: 'Executable not found',
    meaning:
      'The program that made the core is needed to read it and is not on this machine under the name the core holds.',
    remedy:
      'Name it: `pystack core <core> <executable>`, or say where its files are: `--sysroot`, `--lib-search-path`, `--lib-search-root`.',
    exitCode: EXIT.nothing,
  },
  decompression: {
    title: 'Cannot decompress',
    meaning:
      'The core is compressed, and decompressing it failed: damaged data, no space, or no program for this format.',
    remedy: 'The message says which; the directory for the decompressed copy is `TMPDIR`.',
    exitCode: EXIT.nothing,
  },
  'no-coredump-storage': {
    title: 'No stored core dumps',
    meaning: 'There is no coredump storage of systemd on this machine, or no dump in it matches.',
    remedy: 'List what there is with `coredumpctl list`, or name a core file.',
    exitCode: EXIT.nothing,
  },
  'not-collected': {
    title: 'Not collected by this tool',
    meaning: 'What was to be merged holds nothing that `pystack collect` wrote, or a damaged piece of it.',
    remedy: 'Collect it again, and carry it as it is: each line has to stay whole.',
    exitCode: EXIT.nothing,
  },
  'collected-by-newer': {
    title: 'Collected by a newer version',
    meaning: 'A file was written by a version of `pystack collect` whose format this version does not know.',
    remedy: 'Merge with the newest of the versions that collected: it reads what older ones wrote.',
    exitCode: EXIT.nothing,
  },
  'engine-not-found': {
    title: 'What would carry it is not there',
    meaning: 'The client that `pystack fleet` was told to use (ssh, srun, mpirun, kubectl …) cannot be started here.',
    remedy: 'Run it where that client works, or say where it is: `--client <path>`.',
    exitCode: EXIT.nothing,
  },
  'engine-failed': {
    title: 'What would carry it failed',
    meaning: 'The client that `pystack fleet` uses ended before any host was asked; what it said stands above.',
    remedy: 'Mend what it says; the same client has to be able to run any command there.',
    exitCode: EXIT.nothing,
  },
  'no-answer': {
    title: 'No host answered',
    meaning: 'Of all hosts that `pystack fleet` asked, none sent anything that could be read.',
    remedy:
      'What was said over there stands above. Is pystack there? `--pystack <path>` says where, `--send <file>` sends it.',
    exitCode: EXIT.nothing,
  },
  output: {
    title: 'Cannot write',
    meaning: 'Writing the result failed, for instance because the disk is full.',
    remedy: 'Make room, or write elsewhere.',
    exitCode: EXIT.nothing,
  },
  internal: {
    title: 'Fault of this tool',
    meaning: 'Something happened that this tool did not expect. The process looked at is not affected.',
    remedy: 'Run it again with `-vv` for the details, and report them.',
    exitCode: EXIT.nothing,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** What is thrown; nothing else reaches a user but through `internal`. */
export class PystackError extends Error {
  override readonly name = 'PystackError';
  constructor(
    readonly code: ErrorCode,
    /** What happened, naming the pid, file or value. One sentence without a full stop. */
    message: string,
    readonly details: {
      /** The likely cause here; several sentences are fine. */
      cause?: string;
      /** What to do next: a command, where there is one. */
      nextStep?: string;
      /** What was tried and how each went, a line each; told when more is asked for. May quote the target. */
      tried?: readonly string[];
      /** What can be said of the target nevertheless, a line each. May quote it. */
      seen?: readonly string[];
      /** What a core tells before any Python is looked for. */
      core?: Pick<Snapshot, 'pid' | 'capturedAt' | 'process' | 'core'>;
      /** The native stacks of all threads, where they were asked for and no Python was found. */
      nativeOnly?: Snapshot;
      underlying?: unknown;
    } = {},
  ) {
    super(message, details.underlying === undefined ? undefined : { cause: details.underlying });
  }

  get exitCode(): ExitCode {
    return ERRORS[this.code].exitCode;
  }
}
