/** Which variables does a frame show, of what kind, in what order; and what is withheld? */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import type { PythonFrame, Snapshot, Variable } from '../../src/snapshot.js';
import { gcore, noGcore, withFolder } from '../support/cores.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

function frameOf(snapshot: Snapshot, name: string): PythonFrame {
  const frames = snapshot.threads.flatMap((thread) => thread.frames);
  const found = frames.find((frame) => frame.kind === 'python' && frame.function === name);
  if (found?.kind !== 'python') throw new Error(`no frame ${name}`);
  return found;
}

const told = (variables: Variable[] | undefined) =>
  variables?.map(({ name, kind, value }) => `${name} ${kind} ${value.repr}`);

onEveryInterpreter('names, kinds and order', (interpreter) =>
  withProgram(interpreter, 'locals_names.py', {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { locals: { redact: ['^my_'] } });
    const frame = (name: string) => frameOf(snapshot, name);
    const names = (variables: Variable[] | undefined) => variables?.map(({ name }) => name);

    expect(names(frame('only').arguments)).toEqual(['p', 'q', 'r', 's']);
    expect(told(frame('positional').arguments)).toEqual([
      "a argument 'p'",
      'b argument <unbound>',
      'rest argument (2,)',
      "key argument 's'",
      "other argument 'o'",
      'options argument {}',
    ]);
    expect(told(frame('positional').locals)).toEqual([
      "local local 'l'",
      'unset local <unbound>',
      'later local <unbound>',
    ]);
    expect(told(frame('closure').arguments)).toEqual(["cell_argument argument 'l'"]);
    const closure = told(frame('closure').locals) ?? [];
    expect(closure.filter((line) => !line.startsWith('inner '))).toEqual([
      'plain local 1',
      'never local <unbound>',
      "cell cell ['in a cell']",
    ]);
    expect(told(frame('inner').arguments)).toEqual(['own argument 1']);
    expect(told(frame('inner').locals)?.sort()).toEqual([
      "cell free ['in a cell']",
      "cell_argument free 'l'",
      'mine local 1',
    ]);
    expect(told(frame('Body').locals)).toEqual(['first local 1', 'second local [2]']);
    const comprehension = frame(isAtLeast(interpreter, 12) ? 'comprehension' : '<listcomp>');
    expect(told(comprehension.locals)).toContain('x local 10');
    if (!isAtLeast(interpreter, 12)) expect(names(comprehension.arguments)).toEqual(['.0']);
    expect(told(frame('generating').locals)).toEqual(['n local 0', 'sent local <unbound>']);
    expect(told(frame('failing').locals)).toEqual(["error local KeyError('missing', 0)"]);
    expect(names(frame('<module>').locals)).toEqual(['READY', 'module_level', 'MODULE']);

    const main = snapshot.threads.find(({ isMain }) => isMain);
    expect(main?.exception?.repr).toBe("KeyError('missing', 0)");
    expect(main?.exception?.type).toBe('KeyError');

    const locals = new Map(frame('handled').locals?.map(({ name, value }) => [name, value]));
    expect(locals.get('password')).toEqual({ type: 'str', repr: '<redacted>', truncated: false, redacted: true });
    expect(locals.get('settings')?.repr).toBe(
      "{'user': 'u', 'API_KEY': <redacted>, 'nested': {'token': <redacted>, b'secret': <redacted>}, 'my_custom': <redacted>}",
    );
    expect(locals.get('settings')?.redacted).toBe(true);
    expect(locals.get('account')?.repr).toBe("namespace(name='n', secret=<redacted>)");
    expect(locals.get('terminal')?.repr).toBe(String.raw`'\x1b[31mred\u202e'`);
    expect(JSON.stringify(snapshot)).not.toMatch(/hunter2|k-1|t-1|s-1|c-1/);

    const open = await inspectProcess(pid, { locals: { redactDefaults: false, depth: 1, maxItems: 2, maxString: 3 } });
    const bare = new Map(frameOf(open, 'handled').locals?.map(({ name, value }) => [name, value]));
    expect(bare.get('password')).toEqual({
      type: 'str',
      repr: "'hun'… (7 characters)",
      truncated: true,
      redacted: false,
    });
    expect(bare.get('settings')?.repr).toBe("{'use'… (4 characters): 'u', 'API'… (7 characters): 'k-1', … (2 more)}");
    expect(frameOf(open, '<module>').omittedLocals).toBe(1);

    if (noGcore !== null) return;
    await withFolder(async (folder) => {
      const core = await inspectCore(gcore(pid, join(folder)), { locals: true });
      expect(told(frameOf(core, 'positional').arguments)).toEqual(told(frame('positional').arguments));
    });
  }),
);
