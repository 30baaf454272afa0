/** Are exactly those processes found that were meant? Of real trees of processes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import { NO_SELECTION, type Selection, selectProcesses } from '../../src/many/selection.js';
import { PythonSpotter } from '../../src/process/live/looks-python.js';
import { listProcesses, withDescendants } from '../../src/process/live/process-list.js';
import { anyInterpreter, findInterpreters } from '../support/interpreters.js';
import { until, withProgram } from '../support/target.js';

const select = (selection: Partial<Selection>) => selectProcesses({ ...NO_SELECTION, ...selection }, process.pid).pids;
const MARK = `PYSTACK_TEST_MARK=${process.pid}-${Date.now()}`;
const [markName = '', markValue = ''] = MARK.split('=');

describe('a tree of processes', () => {
  test('with --children all Pythons in it and no shell; by a variable all of them', async () => {
    await withProgram(anyInterpreter(), 'parent.py', { environment: { [markName]: markValue } }, async ({ pid }) => {
      await until('four Pythons run', () => select({ pids: [pid], children: true }).length === 4);
      const tree = select({ pids: [pid], children: true });
      expect(tree[0]).toBe(pid);
      expect(withDescendants([pid], listProcesses())).toHaveLength(6);
      expect(select({ pids: [pid] })).toEqual([pid]);
      expect(select({ environment: [MARK] })).toEqual([...tree].sort((a, b) => a - b));
      expect(select({ environment: [MARK], match: 'parent\\.py$' })).toEqual([pid]);
      expect(select({ environment: [MARK], match: 'parent\\.py$', children: true })).toEqual(tree);
      expect(select({ environment: [MARK], user: String(process.getuid?.()) })).toHaveLength(4);
      expect(select({ all: true })).toEqual(expect.arrayContaining([...tree]));
      expect(() => select({ environment: [MARK], user: '65533' })).toThrow(PystackError);
    });
  });

  test('of a shell its Pythons; and a shell without any is tried itself, to hear why not', async () => {
    const python = anyInterpreter().executable;
    const shell = spawn('sh', ['-c', `${python} -c 'import time; time.sleep(600)'; exit`], { stdio: 'ignore' });
    const lonely = spawn('sh', ['-c', 'sleep 600; exit'], { stdio: 'ignore' });
    const [shellPid, lonelyPid] = [shell.pid ?? 0, lonely.pid ?? 0];
    try {
      await until('it started Python', () => withDescendants([shellPid], listProcesses()).length === 2);
      const [, child] = withDescendants([shellPid], listProcesses());
      await until('that runs', () => new PythonSpotter().look(child ?? 0) === 'yes');
      expect(select({ pids: [shellPid], children: true })).toEqual([child]);
      expect(select({ pids: [lonelyPid], children: true })).toEqual([lonelyPid]);
    } finally {
      for (const root of [shellPid, lonelyPid]) {
        for (const pid of withDescendants([root], listProcesses())) process.kill(pid, 'SIGKILL');
      }
    }
  });
});

describe('what is a Python', () => {
  test.each(findInterpreters())('$label is', async (interpreter) => {
    await withProgram(interpreter, 'idle.py', {}, ({ pid }) => {
      expect(new PythonSpotter().look(pid)).toBe('yes');
    });
  });

  test('this program is none, nor is what has ended', () => {
    expect(new PythonSpotter().look(process.pid)).toBe('no');
    expect(existsSync('/proc/4194303')).toBe(false);
    expect(new PythonSpotter().look(4194303)).toBe('hidden');
  });
});

test.each(['x', 'docker://zz', 'abc'])('%s is no id of a container', (container) => {
  expect(() => select({ container })).toThrow(/not the id of a container/);
});

test('who nobody knows is no user', () => {
  expect(() => select({ user: 'nobody-called-so' })).toThrow(/no user 'nobody-called-so'/);
});
