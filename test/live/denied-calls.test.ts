/**
 * A seccomp profile that denies one of the calls: the next way serves, and `-v` says which. Where none is left, it is a
 * matter of permission.
 */
import { constants } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/snapshot.js';
import { CPrograms } from '../native/c_program.js';
import { PYSTACK, RUNNER, runCommand } from '../support/command.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { impossibleIn, readCallGraph } from '../support/program-text.js';
import { type Program, withProgram } from '../support/target.js';

const programs = new CPrograms();
afterAll(() => programs.dispose());

const { EPERM, ENOSYS } = constants.errno;
/** Numbers of the calls, by architecture: asm/unistd_64.h, asm-generic/unistd.h. */
const CALLS =
  process.arch === 'arm64' ? { process_vm_readv: 270, ptrace: 117 } : { process_vm_readv: 310, ptrace: 101 };

async function look(program: Program, denied: readonly string[], ...options: string[]) {
  const command = [...denied, '--', RUNNER, PYSTACK, 'remote', '-v', '--json', ...options, `${program.pid}`];
  const { code, stdout, stderr } = await runCommand(programs.compile('denying'), command);
  return { code, stderr, snapshot: stdout === '' ? null : (JSON.parse(stdout) as Snapshot) };
}

describe.each([
  ['EPERM', EPERM],
  ['ENOSYS', ENOSYS],
])('%s', (_, error) => {
  const readv = `${CALLS.process_vm_readv}:${error}`;
  const ptrace = `${CALLS.ptrace}:${error}`;

  test.each([
    ['process_vm_readv', [readv], 'mem'],
    ['ptrace', [ptrace], 'process_vm_readv'],
    ['both', [readv, ptrace], 'mem'],
  ])('%s, threads that sleep', (_name, denied, method) =>
    withProgram(anyInterpreter(), 'many_threads.py', { args: ['4', '3'] }, async (program) => {
      for (const options of [[], ['--no-block']]) {
        const { code, stderr, snapshot } = await look(program, denied, ...options);
        expect(code, stderr).toBe(0);
        if (snapshot) expectOracle(snapshot, program);
        expect(snapshot?.capture.methods).toContain(method);
        expect(stderr).toMatch(new RegExp(`captured by .*\\b${method}\\b`));
      }
    }),
  );

  test('ptrace, threads that run: told to be shown without a stop', () =>
    withProgram(anyInterpreter(), 'busy.py', {}, async (program) => {
      const { code, stderr, snapshot } = await look(program, [ptrace], '--time-budget', '2000');
      expect([0, 3], stderr).toContain(code);
      expect(snapshot?.capture).toMatchObject({ stoppedThreads: 0 });
      const graph = readCallGraph(program.file);
      for (const thread of snapshot ? pythonThreads(snapshot) : []) {
        if (thread.consistent && !thread.isMain) expect(impossibleIn(graph, pythonFrames(thread))).toBeNull();
      }
      if (snapshot?.capture.methods.includes('without-stopping')) expect(stderr).toContain('not-stoppable');
    }));
});
