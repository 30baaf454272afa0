/** Of which thread does a snapshot say that it could not be kept? Of that one, in whatever order threads are shown. */
import { expect, test } from 'vitest';
import type { Located } from '../../src/locate/locate.js';
import { formatAddress, toAddress } from '../../src/memory/address.js';
import { asKept } from '../../src/snapshot-file/as-kept.js';
import { metadataOf } from '../../src/snapshot-file/metadata.js';
import * as samples from '../render/samples.js';
import { capturedProcess } from '../support/captured.js';

/** As the interpreters list them; what runs in one system thread is shown together, so here another order. */
const STATES = [
  { tid: 7, state: 0x7100, interpreterId: 1 },
  { tid: 8, state: 0x7200, interpreterId: 0 },
  { tid: 7, state: 0x7300, interpreterId: 0 },
];
const SHOWN = [STATES[2], STATES[0], STATES[1]];

function kept() {
  const captured = capturedProcess(STATES);
  const seen = samples.snapshot({
    threads: SHOWN.flatMap((one) =>
      one ? [samples.thread({ tid: one.tid, threadState: formatAddress(toAddress(one.state)) })] : [],
    ),
  });
  const different = new Set(captured.threads.filter(({ walk }) => walk.state.address === 0x7200));
  return asKept(seen, { different, lost: new Set() });
}

test('a thread that could not be kept, beside one that runs in two interpreters', () => {
  const { threads, warnings, complete } = kept();
  expect(threads.map(({ tid, threadState, evidence }) => [tid, threadState, evidence])).toEqual([
    [7, '0x7300', 'still'],
    [7, '0x7100', 'still'],
    [8, '0x7200', 'none'],
  ]);
  expect(warnings.filter(({ code }) => code === 'thread-inconsistent')).toMatchObject([{ tid: 8 }]);
  expect(complete).toBe(false);
});

test('each thread state is noted as it is known, be it of the same thread', () => {
  const captured = capturedProcess(STATES);
  const seen = samples.snapshot({
    threads: SHOWN.flatMap((one) =>
      one ? [samples.thread({ tid: one.tid, threadState: formatAddress(toAddress(one.state)) })] : [],
    ),
  });
  const different = new Set(captured.threads.filter(({ walk }) => walk.state.address === 0x7100));
  const { threads } = metadataOf(asKept(seen, { different, lost: new Set() }), {} as Located, [], {
    variables: false,
    nativeStacks: false,
  });
  expect(threads.map(({ tid, threadStates, evidence }) => [tid, threadStates, evidence])).toEqual([
    [7, [0x7300], 'still'],
    [7, [0x7100], 'none'],
    [8, [0x7200], 'still'],
  ]);
});
