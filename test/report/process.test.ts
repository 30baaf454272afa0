/** Is the head of the result what was found of the process? */
import { expect, test } from 'vitest';
import type { Located } from '../../src/locate/locate.js';
import { decodeVersionHex, type PythonVersion } from '../../src/locate/python-version.js';
import { toAddress } from '../../src/memory/address.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { describeProcess } from '../../src/report/process.js';
import type { PythonInfo } from '../../src/snapshot.js';
import * as samples from '../render/samples.js';

/** What is told of an interpreter without threads. */
function described(version: PythonVersion): PythonInfo | null {
  const layout = layoutFor(version.major, version.minor, version.patch);
  if (!layout) throw new Error('no row');
  const located: Located = {
    address: toAddress(0x5500_0000),
    layout,
    version,
    freeThreaded: false,
    approximate: false,
    library: '/usr/bin/python3',
    moduleMapping: null,
    strategy: 'symbol',
    attempts: [],
    others: [],
  };
  const memory = {
    read: () => {
      throw new Error('nothing is left to be read');
    },
  };
  const { capture } = samples.snapshot();
  return describeProcess({
    facts: {
      source: 'live',
      pid: 1,
      innerPid: null,
      capturedAt: null,
      executable: null,
      commandLine: null,
      architecture: 'x64',
      osThreads: [],
      describeFd: () => null,
      polled: new Map(),
      readFile: () => null,
      sourcesAsOfMs: null,
    },
    located,
    captured: {
      memory: { frames: memory, objects: memory },
      runtime: { interpreters: [], threadStates: [], state: 'initialized', finalizing: null, problems: [] },
      threads: [],
      nativeThreads: [],
      capture,
      warnings: [],
    },
    names: { byInterpreter: new Map(), problems: [] },
    native: null,
  }).python;
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
