/** Are variables that are not kept in their frame told apart from those without a value, and lines that a frame says itself believed? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('frames that another compiler made', (interpreter, context) => {
  const row = layoutFor(interpreter.version.major, interpreter.version.minor, 0);
  if (!isAtLeast(interpreter, 6) || /free-threaded|debug|trace/.test(interpreter.label) || !row) {
    return context.skip('the program knows the usual builds of Python 3');
  }
  const { frames } = row;
  const lineAt = frames.kind === 'frame-objects' ? Number(frames.PyFrameObject.f_lasti) + 4 : 40;
  const { vectorcall } = row.objects.PyFunctionObject;
  const entryAt = process.arch === 'x64' ? Number(vectorcall ?? 0) : 0;
  return withProgram(interpreter, 'foreign_frames.py', { args: [`${lineAt}`, `${entryAt}`] }, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { locals: {} });
    const all = snapshot.threads.flatMap((thread) => thread.frames);
    const told = (name: string) => {
      const frame = all.find((each): each is PythonFrame => each.kind === 'python' && each.function === name);
      const variables = [...(frame?.arguments ?? []), ...(frame?.locals ?? [])];
      return variables.map((variable) => `${variable.name} ${variable.value.repr}`);
    };
    const lineOf = (name: string) => all.find((each) => each.kind === 'python' && each.function === name)?.line;
    const NOT_KEPT = '<not kept in the frame>';
    expect(told('foreign')).toEqual(['n', 'line_at', 'local', 'frame'].map((name) => `${name} ${NOT_KEPT}`));
    expect(lineOf('foreign')).toBe(7);
    expect(told('elsewhere')).toEqual(['first', 'second', 'local'].map((name) => `${name} ${NOT_KEPT}`));
    expect(told('takes_another')).toEqual(['argument', 'local'].map((name) => `${name} ${NOT_KEPT}`));
    expect(told('deleting')).toEqual(['argument <unbound>']);
    expect(told('without_arguments')).toEqual([`local ${entryAt === 0 ? '<unbound>' : NOT_KEPT}`]);
  });
});
