/** Is a path that was mistyped told, and is what a core says of itself told where no Python is found in it? */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inspectCore } from '../../src/inspect-core.js';
import type { CoreOptions } from '../../src/options.js';
import { runPystack } from '../support/command.js';

const CORE = fileURLToPath(new URL('../../corefiles/segfault/3.12/core.gz', import.meta.url));

test.each<[CoreOptions, RegExp]>([
  [{ executable: '/nonexist' }, /there is no file \/nonexist/],
  [{ libSearchRoot: '/nonexist' }, /there is no folder \/nonexist/],
  [{ libSearchPath: [tmpdir(), '/nonexist'] }, /there is no folder \/nonexist/],
  [{ libSearchRoot: CORE }, /is not a folder/],
])('%j', async (options, message) => {
  const asked = inspectCore(CORE, options);
  await expect(asked).rejects.toMatchObject({ code: 'file-not-found', message: expect.stringMatching(message) });
});

test('without a Python that can be found, whose it is and what ended it', async () => {
  const args = ['core', CORE, '--locate-by', 'cookie'];
  const { code, stdout, stderr } = await runPystack(args);
  expect(code).toBe(1);
  expect(stdout).toMatch(/Core file information:\nstate: .*\n[\s\S]*The process died due a segmentation fault/);
  expect(stderr.trimEnd().split('\n')).toHaveLength(3);
  const json = JSON.parse((await runPystack([...args, '--json'])).stdout);
  expect(json).toMatchObject({ kind: 'error', exitCode: 1, core: { signal: { name: 'SIGSEGV' } } });
});
