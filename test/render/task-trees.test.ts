/** Are tasks shown as trees of who waits for whom, equal ones as one, the odd ones first, and rings to an end? */
import { expect, test } from 'vitest';
import { type TaskTree, taskTrees } from '../../src/render/task-trees.js';
import { renderText } from '../../src/render/text.js';
import type { Task } from '../../src/snapshot.js';
import { pythonFrame, snapshot } from './samples.js';

const FRAMES = { a: pythonFrame({ function: 'a', line: 1 }), b: pythonFrame({ function: 'b', line: 2 }) };

function task(name: string, awaits: readonly string[] = [], fields: Partial<Task> = {}): Task {
  return {
    id: `asyncio:${name}`,
    kind: 'asyncio',
    name,
    type: '_asyncio.Task',
    address: '0x1000',
    loop: null,
    tid: 1,
    state: 'waiting',
    parent: null,
    awaits: awaits.map((each) => ({ task: `asyncio:${each}`, how: 'direct', evidence: 'exact' })),
    waits: [],
    frames: [FRAMES.a],
    ending: { kind: 'complete', reason: null },
    evidence: 'still',
    consistent: true,
    ...fields,
  };
}

/** Names, how many, and what is below. */
type Shape = [string, number, ...Shape[]];

function shapeOf({ task: { name }, tasks, below }: TaskTree): Shape {
  return [name ?? '?', tasks.length, ...below.map(shapeOf)];
}

test('equal trees are one, the odd one comes first, and names are in the order of their numbers', () => {
  const many = Array.from({ length: 12 }, (_, i) => task(`w-${i + 1}`));
  const odd = task('odd', [], { frames: [FRAMES.b] });
  const trees = taskTrees([task('root', [...many.map(({ name }) => name ?? ''), 'odd']), ...many.toReversed(), odd]);
  expect(trees.map(shapeOf)).toEqual([['root', 1, ['odd', 1], ['w-1', 12]]]);
});

test('trees that differ further down are not the same', () => {
  const tasks = [
    task('x', ['p']),
    task('y', ['q']),
    task('z', ['r']),
    task('p'),
    task('q'),
    task('r', [], { frames: [] }),
  ];
  expect(taskTrees(tasks).map(shapeOf)).toEqual([
    ['z', 1, ['r', 1]],
    ['x', 2, ['p', 1]],
  ]);
});

test('a ring comes to an end, and each task of it is shown once', () => {
  const trees = taskTrees([task('a', ['b']), task('b', ['c']), task('c', ['a'])]);
  expect(trees.map(shapeOf)).toEqual([['a', 1, ['b', 1, ['c', 1, ['a', 1]]]]]);
});

test('a task that two wait for is told once', () => {
  const trees = taskTrees([task('a', ['s'], { frames: [] }), task('b', ['s']), task('s', ['t']), task('t')]);
  expect(trees.map(shapeOf)).toEqual([
    ['a', 1, ['s', 1, ['t', 1]]],
    ['b', 1, ['s', 1]],
  ]);
});

test('a thousand in a row are shown as deep as the eye follows, and none is lost to the stack', () => {
  const row = Array.from({ length: 1000 }, (_, i) => task(`t${i}`, i < 999 ? [`t${i + 1}`] : []));
  let depth = 0;
  for (let [tree] = taskTrees(row); tree; [tree] = tree.below) depth++;
  expect(depth).toBeGreaterThan(50);
  expect(depth).toBeLessThan(100);
});

test('what a target calls its tasks is made harmless', () => {
  const text = renderText(snapshot({ tasks: [task('\u001b[31mred')] }));
  expect(text).toContain('Task ');
  expect(text).not.toContain('\u001b');
});
