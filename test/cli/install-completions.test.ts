import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { completionScript } from '../../src/cli/completion.js';
import { snapshot } from '../render/samples.js';
import { runCli } from './world.js';

const home = mkdtempSync(join(tmpdir(), 'pystack-home-'));
afterAll(() => rmSync(home, { recursive: true }));
const install = (argv: string[], env: Record<string, string>) =>
  runCli(['install-completions', ...argv], snapshot(), { world: { env } });

test.each([
  ['bash', '.local/share/bash-completion/completions/pystack'],
  ['zsh', '.zfunc/_pystack'],
  ['fish', '.config/fish/completions/pystack.fish'],
] as const)('%s: where it reads them', async (shell, path) => {
  const { code, stdout } = await install([], { HOME: home, SHELL: `/bin/${shell}` });
  expect(code).toBe(0);
  expect(stdout).toContain(`Wrote ${join(home, path)}\n`);
  expect(readFileSync(join(home, path), 'utf8')).toBe(completionScript(shell));
});

test('another folder of the environment', async () => {
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, 'elsewhere') };
  expect((await install(['fish'], env)).stdout).toContain('/elsewhere/fish/completions/');
});

test('what cannot be done is told', async () => {
  expect((await install([], { HOME: home, SHELL: '/bin/tcsh' })).stderr).toMatch(
    /no completions for tcsh\nCause: .*bash/,
  );
  expect((await install(['bash'], {})).code).toBe(2);
  writeFileSync(join(home, 'file'), '');
  const { code, stderr } = await install(['bash'], { HOME: join(home, 'file') });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/cannot be written to .*\nCause: /) });
});
