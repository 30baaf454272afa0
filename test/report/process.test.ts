/** Is the head of the result what was found of the process? */
import { expect, test } from 'vitest';
import type { Located } from '../../src/locate/locate.js';
import { decodeVersionHex, type PythonVersion } from '../../src/locate/python-version.js';
import { toAddress } from '../../src/memory/address.js';
import type { CapturedProcess } from '../../src/moment/captured.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { describeProcess } from '../../src/report/process.js';
import type { PythonInfo, Snapshot } from '../../src/snapshot.js';
import { capturedProcess, QUESTIONS } from '../support/captured.js';

/** What is told of a process of this version that was captured so. */
function snapshotOf(version: PythonVersion, captured: CapturedProcess): Snapshot {
  const layout = layoutFor(version.major, version.minor, version.patch);
  if (!layout) throw new Error('no row');
  const located: Located = {
    address: toAddress(0x5500_0000),
    layout,
    version,
    freeThreaded: false,
    asyncioTable: null,
    debugBuild: false,
    approximate: false,
    library: '/usr/bin/python3',
    moduleMapping: null,
    strategy: 'symbol',
    attempts: [],
    strays: [],
    others: [],
  };
  return describeProcess({
    facts: {
      source: 'live',
      pid: 1,
      innerPid: null,
      capturedAt: null,
      executable: null,
      commandLine: null,
      architecture: 'x86-64',
      process: null,
      osThreads: [],
      describeFd: () => null,
      outsideOwners: () => null,
      readFile: () => null,
      stillMs: () => new Map(),
      zombies: [],
      now: null,
      sourcesAsOfMs: null,
    },
    located,
    captured,
    questions: QUESTIONS,
    native: null,
  });
}

/** What is told of an interpreter without threads. */
function described(version: PythonVersion): PythonInfo | null {
  return snapshotOf(version, capturedProcess([])).python;
}

const versionOf = (hex: number): PythonVersion => {
  const version = decodeVersionHex(hex);
  if (!version) throw new Error('no version');
  return version;
};

test.each([
  [0x030f00a1, '3.15.0a1', 15],
  [0x030e00c2, '3.14.0rc2', 14],
  [0x030c01f0, '3.12.1', 12],
])('the version with what it was before its release: %i', (hex, version, minor) => {
  expect(described(versionOf(hex))).toMatchObject({ version, major: 3, minor });
});

test('a patch level that is not known is not made up', () => {
  expect(described({ ...versionOf(0x030c01f0), patch: null, releaseLevel: null, serial: null })).toMatchObject({
    version: '3.12',
    minor: 12,
  });
});

test('values that cannot be read are those of the thread that has them, beside one that runs in two interpreters', () => {
  const captured = capturedProcess([
    { tid: 7, state: 0x7100, interpreterId: 1 },
    { tid: 8, state: 0x7200, interpreterId: 0, unreadable: 2 },
    { tid: 7, state: 0x7300, interpreterId: 0 },
  ]);
  const { threads, warnings } = snapshotOf(versionOf(0x030c01f0), captured);
  expect(threads.map(({ tid, interpreterId }) => [tid, interpreterId])).toEqual([
    [7, 0],
    [7, 1],
    [8, 0],
  ]);
  const unreadable = warnings.filter(({ code }) => code === 'value-unreadable');
  expect(unreadable).toMatchObject([{ tid: 8, message: expect.stringContaining('2 values in thread 8') }]);
});
