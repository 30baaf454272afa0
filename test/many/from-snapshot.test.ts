/** What of a snapshot goes into a file that is sent elsewhere? Names and stacks; no arguments, variables or addresses. */
import { expect, test } from 'vitest';
import { lookOf, programOf } from '../../src/many/looks/from-snapshot.js';
import { identityOf } from '../../src/many/looks/identity-variables.js';
import { nativeFrame, pythonFrame, snapshot, thread, value } from '../render/samples.js';

const ABOUT = { host: 'n1', pid: 7, start: 9, ppid: 1, env: {}, at: '2026-01-01T00:00:00.000Z', core: null };

test.each<[string[], string]>([
  [[], ''],
  [['python3', 'train.py', '--token=s3cr3t'], 'python3 train.py'],
  [['/usr/bin/python3.12', '-u', '-X', 'dev', 'train.py', 's3cr3t'], '/usr/bin/python3.12 -u -X dev train.py'],
  [['python', '-m', 'celery', '-b', 'amqp://user:s3cr3t@host'], 'python -m celery'],
  [['python', '-c', 'password = "s3cr3t"'], 'python'],
  [['/app/server', '--password', 's3cr3t'], '/app/server'],
  [['gunicorn: worker [app]'], 'gunicorn: worker [app]'],
])('of the command line %o only what runs', (commandLine, expected) => {
  expect(programOf(commandLine)).toBe(expected);
});

test('of the environment only what places it in a job', () => {
  const environment = [
    'RANK=3',
    'AWS_SECRET_ACCESS_KEY=x',
    'RANK_SECRET=x',
    'HOSTNAME=n1',
    'broken',
    '=x',
    `POD_NAME=${'x'.repeat(300)}`,
  ];
  expect(identityOf(environment)).toEqual({ RANK: '3', HOSTNAME: 'n1' });
});

test('nothing of variables, registers and addresses is kept', () => {
  const variables = [{ name: 'token', kind: 'local' as const, value: value("'s3cr3t'") }];
  const made = snapshot({
    commandLine: ['python3', 'x.py', 's3cr3t'],
    threads: [
      thread({
        frames: [pythonFrame({ arguments: variables, locals: variables }), nativeFrame()],
        exception: value("KeyError('s3cr3t')"),
        registers: { rip: '0x7f12345678' },
      }),
    ],
  });
  const kept = JSON.stringify(lookOf(made, ABOUT));
  expect(kept).not.toContain('s3cr3t');
  expect(kept).not.toContain('0x7f');
  expect(kept).toContain('Server.handle');
});

test('recursion is kept as a run, however deep', () => {
  const frames = [
    pythonFrame({ function: 'main', qualname: 'main' }),
    ...Array.from({ length: 50_000 }, () => pythonFrame()),
  ];
  const { threads } = lookOf(snapshot({ threads: [thread({ frames })] }), ABOUT);
  expect(threads[0]?.stack.map(({ times, frames: its }) => [times, its.length])).toEqual([
    [1, 1],
    [50_000, 1],
  ]);
});
