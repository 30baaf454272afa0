/** Is what a chain of awaits was read from noted as a whole? Where a loop goes on, it is believed while these words stand. */
import { expect, test } from 'vitest';
import { layoutFor } from '../../src/python/layouts/index.js';
import { taskFieldsOf } from '../../src/python/layouts/task-fields.js';
import { type Chain, readChains } from '../../src/python/tasks/chains.js';
import { AwaitableTypes } from '../../src/python/tasks/kinds.js';
import { SuspendedFrames } from '../../src/python/tasks/suspended.js';
import { WaitTools } from '../../src/python/waits/tools.js';
import { FakePython } from '../support/fake-python.js';

function fakeOf(minor: number): FakePython {
  const layout = layoutFor(3, minor, 1);
  if (!layout) throw new Error(`no row for 3.${minor}`);
  return new FakePython(layout);
}

function chainFrom(fake: FakePython, coro: number): Chain | undefined {
  const { handle } = fake;
  const types = new AwaitableTypes(handle, handle.the(WaitTools).objects);
  return readChains([{ coro, words: [] }], new SuspendedFrames(handle), types, () => {})[0];
}

test.each([7, 12, 13])('3.%i: of what kind it is that ends a chain', (minor) => {
  const fake = fakeOf(minor);
  // A coroutine that was freed: in its place is something else for a moment.
  const place = fake.object('dict', 64);
  const chain = chainFrom(fake, place);
  expect(chain).toMatchObject({ links: [], leaf: place, ending: { kind: 'complete' } });
  expect(chain?.words).toEqual([place + fake.layout.PyObject.ob_type, fake.type('dict')]);
});

test.each([
  ['dict', 'suspended'],
  // What a loop sends to run it on, an instant before it is noted that it runs.
  ['NoneType', 'running'],
])('with %s on top of its stack, a coroutine is %s', (awaited, state) => {
  const fake = fakeOf(8);
  const { layout, memory } = fake;
  const fields = taskFieldsOf(layout);
  const { generators } = layout.objects;
  if (generators.kind !== 'frame-object' || fields?.depth.kind !== 'f_stacktop') throw new Error('another layout');
  if (fields.delegates.kind !== 'YIELD_FROM') throw new Error('another bytecode');
  const code = fake.code('waits');
  const lasti = 2;
  memory.word(
    code + (layout.PyCodeObject.co_code ?? 0),
    fake.bytes(Uint8Array.of(0, 0, 0, 0, fields.delegates.opcode)),
  );
  const frame = fake.frame({ code, lasti, at: memory.allocate(1024) });
  const stack = memory.allocate(64);
  const top = fake.object(awaited, 64);
  memory.word(stack, top);
  memory.word(frame + fields.depth.f_valuestack, stack);
  memory.word(frame + fields.depth.f_stacktop, stack + 8);
  const coroutine = fake.object('coroutine', 128);
  memory.word(coroutine + generators.gi_frame, frame);
  const chain = chainFrom(fake, coroutine);
  expect(chain?.links.map((link) => link.state)).toEqual([state]);
  expect(chain?.leaf).toBe(state === 'running' ? 0 : top);
});
