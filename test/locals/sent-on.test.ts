/** Is a secret in nothing that may be sent on, whatever it is written as? */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorJson } from '../../src/cli/error-report.js';
import { viewBefore } from '../../src/cli/view.js';
import { PystackError } from '../../src/errors.js';
import { runPystackHere } from '../support/command.js';
import { withFolder } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const SECRETS = /[a-z0-9]+-secret|sk-live-\d|AKIA|MIIpem|raw-part|onlyletters/g;
const WORDS = ['--password', 'argument-secret', '--token=option-secret', 'postgresql://me:address-secret@db/x'];

const interpreter = findInterpreters().at(-1);

test.runIf(interpreter)('text, JSON, pages, snapshots, looks that are compared', () =>
  withFolder((folder) =>
    withProgram(
      interpreter as NonNullable<typeof interpreter>,
      'secrets_by_value.py',
      { args: WORDS },
      async ({ pid }) => {
        const file = (name: string) => join(folder, name);
        const process = String(pid);
        const read = (name: string) => readFileSync(file(name)).toString('latin1');
        const told: Record<string, string> = {};
        const run = async (name: string, ...args: string[]) => {
          const { stdout, stderr, code } = await runPystackHere(args);
          expect([0, 4], `${name}: ${stderr}`).toContain(code);
          told[name] = stdout + stderr;
        };
        await run('text', 'remote', '--locals', process);
        await run('page', 'remote', '--locals', '--page', process);
        await run('as before', 'remote', '--locals', '--compat', process);
        await run('JSON', 'remote', '--locals', '--format', 'json', process);
        await run('lines of JSON', 'remote', '--locals', '--format', 'jsonl', process);
        await run('many', 'remote', '--locals', process, '--children');
        await run('many as JSON', 'remote', '--locals', '--json', process, '--children');
        await run('flame graph', 'remote', '--format', 'speedscope', process);
        await run('HTML', 'remote', '--locals', '--html', file('page.html'), process);
        await run('HTML of many', 'remote', '--locals', '--children', '--html', file('many.html'), process);
        await run('watch', 'watch', '--every', '100ms', '--for', '500ms', '--json', process);
        await run('snapshot', 'snapshot', '--locals', process, '-o', file('one.core'));
        await run('another', 'snapshot', '--locals', process, '-o', file('two.core'));
        await run('core', 'core', '--locals', file('one.core'));
        await run('core as JSON', 'core', '--locals', '--json', file('one.core'));
        await run('diff', 'diff', '--json', file('one.core'), file('two.core'));
        await run('collect', 'collect', '--match', 'secrets_by_value', '-o', file('host.jsonl'));
        for (const name of ['page.html', 'many.html', 'one.core', 'host.jsonl']) told[name] = read(name);
        const leaks = Object.entries(told).map(([name, text]) => [name, [...new Set(text.match(SECRETS) ?? [])]]);
        expect(leaks.filter(([, found]) => found?.length)).toEqual([]);
        expect(told['JSON']).toContain('"--password","<redacted>","--token=<redacted>"');
      },
    ),
  ),
);

test('what a core tells beside an error', () => {
  const core = { psargs: 'app --password argument-secret --token=option-secret ' } as never;
  const details = { core: { pid: 1, capturedAt: null, process: null, core } };
  const told = errorJson(new PystackError('not-python', 'no Python was found', details), viewBefore(['--json']));
  expect(told.match(SECRETS)).toBe(null);
});
