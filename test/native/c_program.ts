/** How does a test get a C program to look at? Compiled here, once a test file, into a directory that goes with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/target.js';

/** Compiled programs, and what was started of them. `dispose` kills all and removes the directory. */
export class CPrograms {
  private readonly directory = mkdtempSync(join(tmpdir(), 'pystack-native-'));
  private readonly compiled = new Map<string, string>();
  private readonly children: ChildProcess[] = [];

  /** Path of a file that goes with the rest. */
  scratch(name: string): string {
    return join(this.directory, name);
  }

  /** Path of the program made of `<name>.c` beside this file. Throws when cc does. */
  compile(name: string): string {
    let path = this.compiled.get(name);
    if (path === undefined) {
      path = join(this.directory, basename(name));
      const source = fileURLToPath(new URL(`programs/${name}.c`, import.meta.url));
      execFileSync('cc', ['-O1', '-Wall', '-pthread', '-o', path, source], { stdio: ['ignore', 'ignore', 'inherit'] });
      this.compiled.set(name, path);
    }
    return path;
  }

  /** Starts it and waits for its first line, which must be JSON: where to look. */
  async start(name: string, ...args: (string | number)[]): Promise<Started> {
    return this.run(this.compile(name), ...args);
  }

  /** As {@link start}, for any command. */
  async run(command: string, ...args: (string | number)[]): Promise<Started> {
    const child = spawn(command, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('\n')) resolve(text);
      });
      child.once('exit', () => reject(new Error(`${command} ended without a line`)));
      child.once('error', reject);
    });
    return { child, pid: child.pid ?? 0, says: JSON.parse(line) as Record<string, number> };
  }

  /** Ends what was started: what spins takes the CPU from whatever is looked at next. */
  endAll(): void {
    for (const child of this.children.splice(0)) child.kill('SIGKILL');
  }

  dispose(): void {
    this.endAll();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Started {
  child: ChildProcess;
  pid: number;
  /** Its first line. */
  says: Record<string, number>;
}

/** State letters of all threads, by tid. */
export function threadStates(pid: number, tids: Iterable<number>): Map<number, string> {
  const states = new Map<number, string>();
  for (const tid of tids) {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
    states.set(tid, stat[stat.lastIndexOf(')') + 2] ?? '');
  }
  return states;
}

/** Resolves once `condition` holds; rejects when it will not. */
export function eventually(condition: () => boolean): Promise<void> {
  return until('it comes true', condition);
}
