/** Is it told why tasks are stuck? Rings of tasks, a loop that one call blocks, many behind one lock. */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/index.js';
import { renderText } from '../../src/render/text.js';
import type { Finding, Snapshot } from '../../src/snapshot.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { until, withProgram } from '../support/target.js';

/** `code`: what is told only of a call that lasts. */
function stuck(
  name: string,
  how: string,
  check: (snapshot: Snapshot) => void,
  code: Finding['code'] | null = null,
): void {
  onEveryInterpreter(name, (interpreter) =>
    withProgram(interpreter, 'stuck_tasks.py', { args: [how], flags: ['-W', 'ignore'] }, async ({ pid }) => {
      const isTold = async () => (await inspectProcess(pid)).findings.some((finding) => finding.code === code);
      if (code !== null) await until(`${code} is told`, isTold);
      for (const mode of MODES) check(await inspectProcess(pid, { mode }));
    }),
  );
}

stuck('three tasks that await each other', 'ring', ({ findings, tasks }) => {
  const [deadlock] = findings;
  expect(findings.map(({ code, certain }) => ({ code, certain }))).toEqual([{ code: 'deadlock', certain: true }]);
  expect(deadlock?.edges).toHaveLength(3);
  expect(new Set(deadlock?.edges.map(({ task }) => task)).size).toBe(3);
  for (const { task, holderTask } of deadlock?.edges ?? []) {
    expect(tasks?.find(({ id }) => id === task)?.awaits).toMatchObject([{ task: holderTask, how: 'direct' }]);
  }
});

stuck('two tasks that each have the lock that the other one wants', 'locks', ({ findings, resources }) => {
  expect(findings.map(({ code, certain }) => ({ code, certain }))).toEqual([{ code: 'deadlock', certain: true }]);
  expect(findings[0]?.message).toContain('2 tasks wait for each other');
  expect(findings[0]?.edges[0]?.text).toMatch(/waits for (one|other) \(Lock\), held by/);
  expect(resources.map(({ kind, locked }) => ({ kind, locked }))).toContainEqual({ kind: 'lock', locked: true });
});

stuck('many tasks behind one lock', 'pile', (snapshot) => {
  expect(snapshot.findings).toMatchObject([{ code: 'task-pile-up', certain: true }]);
  expect(snapshot.findings[0]?.message).toMatch(
    /^50 tasks wait for self\.first \(Lock\), held by .* at stuck_tasks\.py:\d+$/,
  );
  const text = renderText(snapshot);
  expect(text).toMatch(/Tasks × 50 \(/);
  expect(text).toMatch(/- holds self\.first \(Lock at 0x[\da-f]+\), 50 wait/);
});

stuck(
  'a callback that sleeps',
  'sleeps',
  ({ findings, loops }) => {
    expect(loops).toMatchObject([{ state: 'running', callback: 'handler', runs: null }]);
    expect(findings).toMatchObject([{ code: 'loop-blocked' }]);
    expect(findings[0]?.message).toMatch(
      /by callback handler, which waits in system call \w+ at stuck_tasks\.py:\d+; 6 other tasks do not go on$/,
    );
  },
  'loop-blocked',
);

stuck(
  'a callback that waits in the thread of the loop for what the loop is to do',
  'waits_for_itself',
  ({ findings }) => {
    const found = findings.map(({ code }) => code);
    expect(found).toContain('deadlock');
    expect(found).toContain('loop-blocked');
    const deadlock = findings.find(({ code }) => code === 'deadlock');
    expect(deadlock?.message).toContain('tasks and threads wait for each other');
  },
  'loop-blocked',
);
