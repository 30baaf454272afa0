/** Where the addon that needs libdw is not there: all else works, and `--native` says what to install. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pystack-without-libdw-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('only --native needs it', () => {
  for (const part of ['bin', 'dist', 'package.json', 'binding.gyp'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'build/Release'), { recursive: true });
  const addon = 'build/Release/pystack_native.node';
  cpSync(join(root, addon), join(folder, addon));
  return withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
    const run = (...args: string[]) => runCommand(process.execPath, [join(folder, 'bin/pystack'), ...args, `${pid}`]);
    expect(await run('remote')).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await run('remote', '--native');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('the addon for native stacks is not built');
    expect(stderr).toMatch(/Next step: install libdw-dev .*; or leave out --native/);
  });
});
