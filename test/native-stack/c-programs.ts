/**
 * What are the native stacks of a program written for the purpose? Compiles it, runs it until it has written a word and
 * all its threads sleep, and follows them: as they stand, or stopped for their registers.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toAddress } from '../../src/memory/address.js';
import type { PlacedBytes } from '../../src/memory/ranges.js';
import { bytesOf } from '../../src/memory/reader.js';
import { type NativeStack, NativeStacks, type ThreadCopy } from '../../src/native-stack/native-stacks.js';
import { needOf } from '../../src/native-stack/need.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import type { Process } from '../../src/process/process.js';
import { copyStanding, copyStopped } from './standing.js';

/** What of these is not installed, in words; empty: nothing. */
export function lacking(...commands: string[]): string {
  return commands.filter((command) => spawnSync(command, ['--version']).error !== undefined).join(', ');
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'pystack-c-'));

  /** Compiles C (or assembly) and returns the file. */
  build(compiler: string, name: string, source: string, ...flags: string[]): string {
    const file = join(this.folder, name);
    const code = `${file}${source.trimStart().startsWith('.') ? '.s' : '.c'}`;
    writeFileSync(code, source);
    const result = spawnSync(compiler, [code, '-o', file, ...flags], { cwd: this.folder, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`${compiler} ${name}: ${result.stderr}`);
    return file;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** All threads, oldest first. */
export async function stacksOf(file: string, how: 'still' | 'stopped'): Promise<NativeStack[]> {
  const child = spawn(file, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await ready(child);
    return follow(child.pid ?? 0, how);
  } finally {
    child.kill('SIGKILL');
  }
}

function follow(pid: number, how: 'still' | 'stopped'): NativeStack[] {
  const target = openLiveProcess(pid);
  try {
    const stacks = new NativeStacks(target, { interpreterLibrary: null });
    return target.threads().map(({ tid }) => {
      const copy = how === 'stopped' ? copyStopped(target, tid) : copyStanding(target, tid);
      if (!copy) throw new Error(`thread ${tid} runs`);
      return stacks.stack({ ...copy, memory: withRecords(target, stacks, copy) });
    });
  } finally {
    target.close();
  }
}

/** The copied memory and what else a stack is found to need. */
function withRecords(target: Process, stacks: NativeStacks, copy: ThreadCopy): readonly PlacedBytes[] {
  const memory = [...copy.memory];
  for (let n = 0; n < 8; n++) {
    const need = needOf(stacks.follow({ ...copy, memory }).stop, memory, true, target.mappings());
    if (need?.kind !== 'memory') break;
    const bytes = bytesOf(target.memory.read(toAddress(need.start), need.end - need.start));
    memory.push({ address: need.start, bytes });
  }
  return memory;
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('error', reject);
    child.once('close', (code, signal) => reject(new Error(`it ended: ${signal ?? code}`)));
  });
  const tasks = `/proc/${child.pid}/task`;
  for (let asleep = 0; asleep < 3; ) {
    await sleep(10);
    const all = spawnSync('ls', [tasks], { encoding: 'utf8' }).stdout.trim().split('\n');
    const still = all.every((tid) =>
      / S /.test(readFileSync(`${tasks}/${tid}/stat`, 'latin1').split(')').at(-1) ?? ''),
    );
    asleep = still ? asleep + 1 : 0;
  }
}

/** Names from the innermost to the outermost. */
export function namesOf({ frames }: NativeStack): string[] {
  return [...frames].reverse().map(({ symbol }) => symbol ?? '?');
}
