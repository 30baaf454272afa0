/** Does the first look say the right sentence of what people's programs are stuck in, and none where nothing is wrong? */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Interpreter } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

/** What is found of each of these, as code and sentence. */
async function found(interpreter: Interpreter, kind: string, children = false): Promise<string[]> {
  return withProgram(interpreter, 'stuck.py', { flags: ['-W', 'ignore'], args: [kind] }, async ({ pid }) => {
    const pids = children ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ') : [pid];
    const findings: string[] = [];
    for (const each of pids) {
      const snapshot = await inspectProcess(Number(each));
      findings.push(...snapshot.findings.map(({ code, message }) => `${code}: ${message}`));
    }
    return findings;
  });
}

onEveryInterpreter('a child of a fork that logs while a thread of its parent did', async (interpreter) => {
  const [only, ...more] = await found(interpreter, 'logging');
  expect(only).toMatch(/^orphaned-lock: lock \(Lock\) is taken, and MainThread \(\d+\) waits for it, .* in a fork$/);
  expect(more).toEqual([]);
});

onEveryInterpreter('workers that wait for work of their own pool', async (interpreter) => {
  const [only, ...more] = await found(interpreter, 'futures');
  expect(only).toMatch(/^pool-starved: all 2 workers of a pool wait for a future that nobody works on/);
  expect(more).toEqual([]);
});

onEveryInterpreter('workers of an idle pool of processes wait for what others send', async (interpreter) => {
  expect(await found(interpreter, 'pool', true)).toEqual([]);
});
