/** Tasks on a page: who is below whom, and which of them are one block. */
import { describe, expect, test } from 'vitest';
import { grouped } from '../../src/many/groups/group.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { ASSETS } from '../../src/render/html/assets.js';
import { processPage } from '../../src/render/html/page.js';
import { loopTasksOf, type TaskBlock, taskAnchorsOf } from '../../src/render/html/tasks.js';
import type { EventLoop, Task } from '../../src/snapshot.js';
import { pythonFrame, snapshot } from './samples.js';

const LOOP: EventLoop = {
  id: 'loop:1',
  kind: 'asyncio',
  type: 'uvloop.Loop',
  address: '0x7f00',
  tid: 112,
  state: 'polling',
  runs: null,
  callback: null,
  ready: 3,
  nextTimerMs: null,
  tasks: 2,
  evidence: 'still',
};

function task(id: string, fields: Partial<Task> = {}): Task {
  return {
    id,
    kind: 'asyncio',
    name: id,
    type: 'Task',
    address: '0x7f10',
    loop: 'loop:1',
    tid: 112,
    state: 'waiting',
    parent: null,
    awaits: [],
    waits: [],
    frames: [pythonFrame({ qualname: 'fetch' })],
    ending: { kind: 'complete', reason: null },
    evidence: 'still',
    consistent: true,
    ...fields,
  };
}

const awaits = (...ids: string[]): Pick<Task, 'awaits'> => ({
  awaits: ids.map((id) => ({ task: id, how: 'gather', evidence: 'exact' })),
});

/** `main(a a*3(b))` */
const shape = (blocks: readonly TaskBlock[]): string =>
  blocks
    .map(({ tasks, children, isCut }) => {
      const count = tasks.length > 1 ? `*${tasks.length}` : '';
      return `${tasks[0].name}${count}${children.length > 0 ? `(${shape(children)})` : ''}${isCut ? '…' : ''}`;
    })
    .join(' ');
const trees = (tasks: Task[], loops = [LOOP]) =>
  loopTasksOf({ loops, tasks, resources: [], threads: [] }).map(({ roots }) => shape(roots));

describe('trees of tasks', () => {
  test('what is waited for is below who waits; equal ones are one block', () => {
    const other = { frames: [pythonFrame({ qualname: 'other' })] };
    expect(trees([task('main', awaits('a', 'b', 'c')), task('a'), task('b'), task('c', other)])).toEqual([
      'main(a*2 c)',
    ]);
  });

  test('what a group started is below it, and nothing is twice', () => {
    const child = task('child', { parent: 'a' });
    expect(trees([task('a', awaits('child')), task('b', awaits('child')), child])).toEqual(['a(child) b']);
  });

  test('tasks that wait for each other, or for themselves, are all there', () => {
    expect(trees([task('a', awaits('b')), task('b', awaits('a')), task('c', awaits('c'))])).toEqual(['c a(b)']);
    expect(trees([task('a', { parent: 'b' }), task('b', { parent: 'c' }), task('c', { parent: 'b' })])).toEqual([
      'b(a*2)',
    ]);
  });

  test('a chain that is too deep says so', () => {
    const chain = Array.from({ length: 100 }, (_, i) => task(`t${i}`, awaits(`t${i + 1}`)));
    expect(trees(chain)[0]).toMatch(/^t0\(t1\(.*t40…\)+$/);
  });

  test('loops apart, and what has none', () => {
    const loops = [LOOP, { ...LOOP, id: 'loop:2' }];
    expect(trees([task('a'), task('b', { loop: 'loop:2' }), task('c', { loop: null })], loops)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  test('a link to any task of a block leads to the block', () => {
    const anchors = taskAnchorsOf(
      loopTasksOf({ loops: [LOOP], tasks: [task('a'), task('b')], resources: [], threads: [] }),
      'p1-',
    );
    expect([...anchors]).toEqual([
      ['a', 'p1-task1'],
      ['b', 'p1-task1'],
    ]);
  });
});

test('on the page', () => {
  const name = '</script><img src=x onerror=alert(1)>';
  const one = snapshot({
    loops: [LOOP],
    tasks: [
      task('asyncio:1', { name: 'main', ...awaits('asyncio:2') }),
      task('asyncio:2', {
        name,
        waits: [{ kind: 'timer', resource: null, name: null, timeoutMs: 5000, evidence: 'still' }],
      }),
    ],
    tasksLeftOut: 7,
    findings: [
      {
        code: 'deadlock',
        certain: true,
        message: 'they wait',
        pids: [],
        tids: [112],
        edges: [
          {
            tid: 112,
            task: 'asyncio:2',
            pid: null,
            resource: 'lock:1',
            holder: 112,
            holderTask: null,
            holderPid: null,
            evidence: 'exact',
            text: 'one waits',
          },
        ],
      },
    ],
  });
  const options = { assets: ASSETS, madeBy: 'test', isSecret: () => false, verbose: false };
  const html = [...processPage(one, grouped(setOf(one)), options)].join('').replace(ASSETS.script, '');
  expect(html).toContain('uvloop.Loop at 0x7f00 · asyncio · in thread <a href="#t1">112</a> · polling · 3 ready');
  expect(html).toContain('7 more were left out');
  expect(html).toContain('sleeps, 5.0 s left');
  expect(html).toContain('waits for <a href="#task2">&lt;/script>&lt;img src=x onerror=alert(1)></a> (gather)');
  expect(html).toMatch(/class="task" data-item><details[^>]*><summary><strong>main</);
  expect(html).toContain('class="task odd" data-item data-odd><details open>');
  expect(html).not.toContain('<img');
});
