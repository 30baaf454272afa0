/** Are objects of ctypes shown with what their bytes stand for, on every version? */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { findInterpreters } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

test.each(findInterpreters())('numbers, arrays and structures: $label', async (interpreter) => {
  await withProgram(interpreter, 'ctypes_values.py', {}, async ({ pid, ready }) => {
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 20 } });
    const frames = snapshot.threads.flatMap(({ frames }) => frames);
    const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
    const shown = Object.fromEntries(
      frame?.locals?.map(({ name, value }) => [
        name,
        value.repr.replace(/ at 0x[0-9a-f]+/g, '').replace('ctypes.LP_', '__main__.LP_'),
      ]) ?? [],
    );
    expect(shown).toMatchObject(ready['reprs'] as Record<string, string>);
    const [b, long] = interpreter.version.major === 2 ? ['', 'L'] : ['b', ''];
    expect(shown).toMatchObject({
      mine: 'Mine(9)',
      row: '<__main__.c_int_Array_3: value=[1, -2, 3]>',
      none: '<__main__.c_int_Array_0: value=[]>',
      table: '<__main__.c_short_Array_2_Array_2: value=[[1, 2], [3, 4]]>',
      long: `<__main__.c_int_Array_1000: value=[${'0, '.repeat(20)}… (980 more)]>`,
      buffer: `<ctypes.c_char_Array_100: value=${b}'abc'>`,
      full: `<__main__.c_char_Array_3: value=${b}'xyz'>`,
      point: '<__main__.Point: x=1, y=2.5>',
      points: '<__main__.Point_Array_2: value=[Point(x=1, y=2.0), Point(x=3, y=4.0)]>',
      deep: `<__main__.Deep: x=7, y=8.0, name=${b}'deep', at=[Point(x=1, y=2.0), Point(x=3, y=4.0)], to=<__main__.LP_Point>, password=<redacted>>`,
      packed: `<__main__.Packed: a=1, b=70000${long}, c=-3>`,
      big: `<__main__.Turned: a=258, b=70000${long}>`,
      part: '<__main__.Point: x=3, y=4.0>',
      // What takes some bits of a number, and what lies where nothing is, by its type.
      bits: '<__main__.Bits>',
      gone: '<__main__.Point>',
      password: '<redacted>',
    });
  });
});
