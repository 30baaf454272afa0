/** Is of a snapshot's threads told how they were known when the copy was made? */
import { expect, test } from 'vitest';
import { asNoted } from '../../src/moment/noted.js';
import type { ThreadMetadata } from '../../src/process/saved/metadata.js';
import { capturedProcess } from '../support/captured.js';

const ENDED: ThreadMetadata = {
  tid: 8,
  innerTid: 8,
  name: null,
  state: null,
  threadStates: [0x7100],
  terminated: true,
  evidence: 'none',
  consistent: true,
  movingFrames: 0,
  waitingOn: null,
  knownRegisters: null,
};

test.each([true, false])('a thread that had ended, or was just coming, shown without doubt: %s', (consistent) => {
  const captured = capturedProcess([{ tid: 8, state: 0x7100, interpreterId: 0 }]);
  const threads = [{ ...ENDED, consistent }];
  const { capture } = captured;
  const note = { capture, threads, waits: null, variables: false, nativeStacks: false, warnings: [] };
  const [thread] = asNoted(captured, note, () => null).threads;
  expect(thread).toMatchObject({ tid: 8, terminated: true, evidence: 'none', settled: consistent });
});
