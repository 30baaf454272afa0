/** Which variables does a frame of Python 2 show, and how? What Python 3 has no counterpart of. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Snapshot, Variable } from '../../src/snapshot.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const interpreters = findInterpreters().filter(({ version }) => version.major === 2);

const told = (variables: Variable[] | undefined) =>
  variables?.map(({ name, kind, value }) => `${name} ${kind} ${value.repr.replaceAll(/0x[0-9a-f]+/g, '0x…')}`);

function frameOf(snapshot: Snapshot, name: string) {
  const frames = snapshot.threads.flatMap((thread) => thread.frames);
  const found = frames.find((frame) => frame.kind === 'python' && frame.function === name);
  if (found?.kind !== 'python') throw new Error(`no frame ${name}`);
  return { args: told(found.arguments), locals: told(found.locals) };
}

if (interpreters.length === 0) test.skip('no Python 2.7 found');

test.each(interpreters)('names, kinds and values on $label', (interpreter) =>
  withProgram(interpreter, 'python2_locals.py', {}, async ({ pid }) => {
    for (const mode of MODES) {
      const snapshot = await inspectProcess(pid, { mode, locals: { redact: ['^my_'] } });
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
      const frame = (name: string) => frameOf(snapshot, name);
      expect(frame('positional')).toEqual({
        args: [
          'a argument 1',
          '.1 argument (2, 3)',
          "d argument u'd'",
          'rest argument ()',
          "options argument {'e': 5}",
        ],
        locals: ['b local 2', 'c local 3', 'local local 10L', 'unset local <unbound>'],
      });
      const closure = frame('closure');
      // The slot of an argument that is a cell too still has what was passed.
      expect(closure.args).toEqual(["cell_argument argument 'changed'", 'plain argument 1']);
      expect(closure.locals).toContain("cell cell ['in a cell']");
      expect(frame('inner').locals?.toSorted()).toEqual(["cell free ['in a cell']", "cell_argument free 'changed'"]);
      expect(frame('Old').locals).toEqual(['first local 1']);
      const namedByExec = snapshot.threads
        .flatMap((thread) => thread.frames)
        .find((each) => each.kind === 'python' && each.file === '<string>');
      expect(namedByExec?.kind === 'python' && told(namedByExec.locals)).toEqual([String.raw`before local u'\xe9'`]);
      expect(frame('handling')).toEqual({
        args: ['generator argument <generator object running at 0x…, running>'],
        locals: [
          'password local <redacted>',
          expect.stringMatching(/^settings local \{/),
          expect.stringMatching(/^account local <__main__\.Account instance at 0x…: .*secret=<redacted>/),
        ],
      });
      const settings = frame('handling').locals?.[1] ?? '';
      for (const item of ["u'api_key': <redacted>", "'my_custom': <redacted>", "u'other': -1L"]) {
        expect(settings).toContain(item);
      }
      const main = snapshot.threads.find(({ isMain }) => isMain);
      expect(main?.exception).toMatchObject({ type: 'exceptions.KeyError', repr: "KeyError('missing', u'x')" });
      expect(JSON.stringify(snapshot)).not.toMatch(/hunter2|k-1|s-1|c-1/);
    }
  }),
);
