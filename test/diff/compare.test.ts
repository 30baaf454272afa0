/** Is what changed between two looks found, and nothing else? */
import { expect, test } from 'vitest';
import { compare, type Side } from '../../src/diff/compare.js';
import { aboutCore } from '../../src/many/about.js';
import { lookOf } from '../../src/many/looks/from-snapshot.js';
import { LookSet } from '../../src/many/looks/look-set.js';
import { diffText } from '../../src/render/diff-text.js';
import { PLAIN } from '../../src/render/palette.js';
import type { Snapshot } from '../../src/snapshot.js';
import { pythonFrame, snapshot, thread } from '../render/samples.js';

function side(source: string, ...snapshots: Snapshot[]): Side {
  const set = new LookSet();
  for (const one of snapshots) set.add(lookOf(one, { ...aboutCore(''), pid: one.pid, host: source }));
  return { source, set, snapshot: snapshots.length === 1 ? (snapshots[0] ?? null) : null };
}

const at = (line: number, name = 'work') => [
  pythonFrame({ function: 'main', qualname: 'main', line: 1 }),
  pythonFrame({ function: name, qualname: name, line, endLine: line }),
];
const BEFORE = '2026-01-01T00:00:00.000Z';
const AFTER = '2026-01-01T00:01:00.000Z';

test('of one process each thread is told by what has become of it', () => {
  const old = snapshot({
    pid: 7,
    capturedAt: BEFORE,
    threads: [1, 2, 3, 4, 5].map((tid) => thread({ tid, name: `t${tid}`, frames: at(10) })),
  });
  const now = snapshot({
    pid: 7,
    capturedAt: AFTER,
    threads: [
      thread({ tid: 1, name: 't1', frames: at(10), stillMs: 90_000 }),
      thread({ tid: 2, name: 't2', frames: at(10), stillMs: 10 }),
      thread({ tid: 3, name: 't3', frames: at(11) }),
      thread({ tid: 4, name: 't4', frames: at(20, 'rest') }),
      thread({ tid: 6, name: 't6', frames: at(10) }),
    ],
  });
  const diff = compare(side('a', old), side('b', now), false);
  expect(diff.sameProcess).toBe(true);
  expect(Object.fromEntries(diff.threads.map(({ name, change }) => [name, change]))).toEqual({
    t1: 'stood',
    t2: 'same',
    t3: 'line',
    t4: 'moved',
    t5: 'gone',
    t6: 'new',
  });
  const [text, moved] = [[...diffText(diff, PLAIN)].join(''), diff.threads.find(({ name }) => name === 't4')];
  expect(moved?.constant).toMatchObject({ function: 'main' });
  expect(text).toContain('t4 (4) is somewhere else, still in main (app.py:1)');
  expect(text).toContain('Where they were: 2 threads, 1 of them without having run');
});

test.each([
  ['another id', { pid: 8 }],
  [
    'another start',
    { process: { ...snapshot().process, startedAt: '2020-01-01T00:00:00.000Z' } as Snapshot['process'] },
  ],
])('%s is another process: stacks are compared', (_, fields) => {
  const started = { ...snapshot().process, startedAt: '2026-01-01T00:00:00.000Z' } as Snapshot['process'];
  const old = snapshot({ pid: 7, process: started, threads: [thread({ frames: at(10) })] });
  const now = snapshot({
    pid: 7,
    process: started,
    threads: [thread({ frames: at(11) }), thread({ tid: 9, frames: at(11, 'other') })],
    ...fields,
  });
  const diff = compare(side('a', old), side('b', now), false);
  expect([diff.sameProcess, diff.threads, diff.unchanged]).toEqual([false, [], 1]);
  expect(diff.stacks.map(({ change, before, after }) => [change, before, after])).toEqual([['new', 0, 1]]);
  expect(compare(side('a', old), side('b', now), true).stacks.map(({ change }) => change)).toEqual([
    'new',
    'new',
    'gone',
  ]);
});

test('findings that are the same but for their times are the same', () => {
  const finding = (message: string) => ({
    code: 'deadlock' as const,
    certain: true,
    message,
    tids: [],
    pids: [],
    edges: [],
  });
  const old = snapshot({ findings: [finding('2 threads wait for each other for 3 s'), finding('gone')] });
  const now = snapshot({ findings: [finding('2 threads wait for each other for 41 s'), finding('new')] });
  const { newFindings, goneFindings } = compare(side('a', old), side('b', now), false);
  expect([newFindings, goneFindings]).toEqual([['new'], ['gone']]);
});

test('text of the target is harmless', () => {
  const hostile = thread({ name: 'x\u001b[2J\nnew: 9 threads', frames: at(1, 'f\u001b]0;owned\u0007') });
  const text = [
    ...diffText(
      compare(side('a', snapshot({ pid: 1, threads: [] })), side('b', snapshot({ pid: 1, threads: [hostile] })), false),
      PLAIN,
    ),
  ].join('');
  expect(['\u001b', '\u0007'].filter((control) => text.includes(control))).toEqual([]);
  expect(text).not.toMatch(/^new: 9/m);
});
