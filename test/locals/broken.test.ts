/** Does a value that cannot be read still say what it is, and cost that value only? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('a list whose elements are lost', (interpreter) =>
  withProgram(interpreter, 'broken_list.py', {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { locals: {} });
    const frames = snapshot.threads.flatMap((thread) => thread.frames);
    const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
    const values = Object.fromEntries((frame?.locals ?? []).map(({ name, value }) => [name, value]));
    const { whole, broken, pair } = values;
    expect(whole).toMatchObject({ type: 'list', repr: '[1, 2, 3]' });
    expect(broken?.type).toBe('list');
    expect(broken?.problem).toBeTruthy();
    expect(broken?.repr).toMatch(/^<invalid list at 0x[0-9a-f]+: .+>$/);
    expect(pair?.repr).toMatch(/^\(\[1, 2, 3\], <invalid list at 0x[0-9a-f]+: .+>\)$/);
    expect(snapshot.warnings.map(({ code }) => code)).toEqual(['value-unreadable']);
  }),
);
