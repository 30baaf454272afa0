/**
 * What is said of processes that are no CPython, or none yet? Each must be refused, by name and with the documented code:
 * "refused as designed" is a cell like any other.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { look } from './cells.js';

export interface Stranger {
  readonly name: string;
  /** What was said, in the first line of the message; null: the program is not on this machine. */
  readonly said: string | null;
  readonly asDesigned: boolean;
}

interface Case {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What the message must name. */
  readonly names: RegExp;
}

const SLEEP = 'import time; time.sleep(600)';

const CASES: readonly Case[] = [
  { name: 'PyPy', command: 'pypy3', args: ['-c', SLEEP], names: /PyPy/ },
  { name: 'MicroPython', command: 'micropython', args: ['-c', SLEEP], names: /MicroPython/i },
  { name: 'a program without Python', command: 'sleep', args: ['600'], names: /no Python|not a Python/i },
];

export async function lookAtStrangers(): Promise<Stranger[]> {
  const seen: Stranger[] = [];
  for (const { name, command, args, names } of CASES) {
    if (spawnSync(command, ['--version']).error) {
      seen.push({ name, said: null, asDesigned: true });
      continue;
    }
    const child = spawn(command, args, { stdio: 'ignore' });
    try {
      await sleep(1_000);
      const said = look(['remote', String(child.pid)]);
      const text = typeof said === 'string' ? said : 'shown as if it were CPython';
      seen.push({ name, said: text.replace(/\b\d{3,}\b/g, '<pid>'), asDesigned: names.test(text) });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  return seen;
}
