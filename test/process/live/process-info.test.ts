/** What the head of a report says of a process: read from /proc of processes of ours, and from the forms it may have. */
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../../src/inspect.js';
import { containerOf } from '../../../src/process/live/process-info.js';
import { anyInterpreter } from '../../support/interpreters.js';
import { until, withProgram } from '../../support/target.js';

const ID = '3f2a9c1b7d1e'.padEnd(64, '0');

test.each([
  ['0::/\n', null],
  ['0::/user.slice/user-1000.slice/session-2.scope\n', null],
  [`0::/system.slice/docker-${ID}.scope\n`, '3f2a9c1b7d1e'],
  [`12:pids:/docker/${ID}\n0::/docker/${ID}\n`, '3f2a9c1b7d1e'],
  [`0::/kubepods.slice/kubepods-pod7.slice/cri-containerd-${ID}.scope\n`, '3f2a9c1b7d1e'],
  [`0::/machine.slice/libpod-${ID}.scope/container\n`, '3f2a9c1b7d1e'],
  ['0::/lxc.payload.web/init.scope\n', 'web'],
  ['0::/machine.slice/machine-build.scope\n', 'build'],
])('the container in %j: %s', (cgroup, expected) => {
  expect(containerOf(cgroup)).toBe(expected);
});

test('whose it is, where, and since when', async () => {
  await withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
    const { process } = await inspectProcess(pid);
    expect(process).toMatchObject({
      host: hostname(),
      uid: userInfo().uid,
      user: userInfo().username,
      container: null,
      sameFiles: true,
      conditions: [],
      pythonChildren: [],
    });
    expect(Math.abs(Date.parse(process?.startedAt ?? '') - Date.now())).toBeLessThan(60_000);
  });
});

test('a process that was stopped says so', async () => {
  await withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid, signal }) => {
    signal('SIGSTOP');
    await until('it stands', () => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    expect((await inspectProcess(pid)).process?.conditions).toEqual([{ kind: 'stopped', detail: null }]);
  });
});

test('children that run Python are named, others are not', async () => {
  await withProgram(anyInterpreter(), 'three_children.py', {}, async ({ pid, ready }) => {
    const { process } = await inspectProcess(pid);
    expect(process?.pythonChildren?.map((child) => child.pid)).toEqual(ready['python']);
  });
});
