/** An interpreter that is over, and another in its place in the same process: is the new one seen by who looks again? */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openProcess, type ProcessSession } from '../../src/session.js';
import { compiled, sharedLibrary } from '../locate/builds.js';
import { withFolder } from '../support/cores.js';
import { pythonFrames } from '../support/expectation.js';
import { findInterpreters } from '../support/interpreters.js';
import { until } from '../support/target.js';

const shared = findInterpreters().flatMap((interpreter) => {
  const library = sharedLibrary(interpreter);
  return library === null || interpreter.debug ? [] : [{ ...interpreter, library }];
});

test.runIf(shared.length > 0).each(shared)('$label', ({ executable, library }) =>
  withFolder(async (folder) => {
    const child = spawn(compiled('embedding', folder), ['again', library], {
      env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', PYTHONHOME: dirname(dirname(executable)) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let session: ProcessSession | null = null;
    try {
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      const saysReady = (times: number) =>
        until('an interpreter waits', () => said.split('ready').length === times + 1);
      await saysReady(1);
      session = await openProcess(child.pid ?? 0);
      expect(functions(await session.look())).toEqual(['<module>', 'first']);
      child.stdin.write('.');
      await saysReady(2);
      expect(functions(await session.look())).toEqual(['<module>', 'second']);
    } finally {
      session?.close();
      child.kill('SIGKILL');
    }
  }),
);

function functions({ threads: [thread] }: Awaited<ReturnType<ProcessSession['look']>>): string[] {
  return thread ? pythonFrames(thread).map((frame) => frame.function) : [];
}
