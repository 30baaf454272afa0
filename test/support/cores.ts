/**
 * How does a test get a real core file? The kernel writes one where the process stood, gdb's gcore one of a process that
 * lives on. Both need something of the machine; where that is missing the tests are skipped, and say why.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toAddress } from '../../src/memory/address.js';
import { bytesOf } from '../../src/memory/reader.js';
import { settleCoreOptions } from '../../src/options.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import type { Interpreter } from './interpreters.js';
import { type Program, type ProgramOptions, until, withProgram } from './target.js';

/** Why the kernel's cores do not land in the working directory here; null: they do. */
export const noKernelCores: string | null = (() => {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  if (!/^core[^/|]*$/.test(pattern)) return `core_pattern is ${pattern}`;
  return spawnSync('prlimit', ['--version']).error ? 'there is no prlimit' : null;
})();

/** Why gcore cannot be used here; null: it can. */
export const noGcore: string | null = spawnSync('gcore', ['-h']).error ? 'there is no gcore (gdb)' : null;

/**
 * How a program is started whose core is to be small: gdb writes the stack and the heap that each thread might use, zeros
 * and all, so that a few threads make a gigabyte. With these they share a heap and have stacks of 1 MiB.
 */
export const SMALL_THREADS: Pick<ProgramOptions, 'through' | 'environment'> = {
  through: spawnSync('prlimit', ['--version']).error ? [] : ['prlimit', '--stack=1048576'],
  environment: { MALLOC_ARENA_MAX: '1' },
};

/** Runs `use` with a temporary folder that is removed afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-cores-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface KernelCoreOptions extends ProgramOptions {
  /** What is sent to the program once it is ready; null: it dies by itself. Default SIGSEGV. */
  readonly signal?: NodeJS.Signals | null;
  /** Bits as in core(5). */
  readonly filter?: number;
}

/** Starts test/programs/`name`, has the kernel write its core, and hands over both; the core is removed afterwards. */
export async function withKernelCore<T>(
  interpreter: Interpreter,
  name: string,
  options: KernelCoreOptions,
  use: (core: string, program: Program) => T | Promise<T>,
): Promise<T> {
  const { signal = 'SIGSEGV', filter } = options;
  return withFolder((folder) =>
    withProgram(interpreter, name, { ...options, folder }, async (program) => {
      execFileSync('prlimit', ['--pid', String(program.pid), '--core=unlimited']);
      if (filter !== undefined) {
        execFileSync('sh', ['-c', `echo ${filter} > /proc/${program.pid}/coredump_filter`]);
      }
      // A program that dies by itself waits for this folder's go-ahead, or it would die before the limit is lifted.
      if (signal === null) process.kill(program.pid, 'SIGUSR1');
      else program.signal(signal);
      await until(`${name} dumped its core`, () => isOver(program.pid));
      const found = readdirSync(folder).find((file) => file.startsWith('core'));
      if (found === undefined) throw new Error(`${name} left no core in ${folder}: ${program.stderr()}`);
      return await use(join(folder, found), program);
    }),
  );
}

/** Starts test/programs/`name` and hands over a core that gdb wrote of it while it runs on. */
export async function withGcore<T>(
  interpreter: Interpreter,
  name: string,
  options: ProgramOptions,
  use: (core: string, program: Program) => T | Promise<T>,
): Promise<T> {
  return withFolder((folder) =>
    withProgram(interpreter, name, { ...SMALL_THREADS, ...options }, async (program) => {
      const core = gcore(program.pid, folder);
      return use(core, program);
    }),
  );
}

/** Has gdb write a core into the folder; its path. */
export function gcore(pid: number, folder: string): string {
  execFileSync('gcore', ['-o', join(folder, 'core'), String(pid)], { stdio: ['ignore', 'ignore', 'ignore'] });
  return join(folder, `core.${pid}`);
}

/** Gone, or dead and waiting to be reaped: then its core is complete. */
function isOver(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return true;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')')).split(' ')[1] === 'Z';
}

/**
 * Whether a core has what lay on the stacks of threads but the main one. gdb 13 writes zeros for those of glibc 2.43, which
 * it cannot read through their guard pages; what is then to be told of a wait is told wrong by nobody, but it is less.
 */
export async function hasThreadStacks(core: string): Promise<boolean> {
  const process = await openCoreProcess(core, settleCoreOptions({}));
  try {
    return process.threads().some(({ tid }) => {
      const sp = tid === process.pid ? null : (process.postMortem()?.lookAt(tid)?.sp ?? null);
      return sp !== null && bytesOf(process.memory.read(toAddress(sp), 1024)).some((byte) => byte !== 0);
    });
  } finally {
    process.close();
  }
}
