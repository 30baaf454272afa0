/** Are thousands of drawn values read as Python's own `repr` has them, on every interpreter found? */
import { join } from 'node:path';
import { expect } from 'vitest';
import { Walk } from '../../../src/moment/walker.js';
import { DEFAULT_LOCALS } from '../../../src/options.js';
import { Python } from '../../../src/python/python.js';
import { ValueWriter } from '../../../src/python/repr/index.js';
import { given } from '../../../src/questions/answers.js';
import { localsQuestion } from '../../../src/questions/locals.js';
import { valuesOf } from '../../../src/questions/values-of.js';
import { readExpected, UNLIMITED, wrongValues } from '../../locals/expected.js';
import { withFolder } from '../../support/cores.js';
import { onEveryInterpreter } from '../../support/matrix.js';
import { locateForTest, ProcessMemory } from '../../support/process-memory.js';
import { withProgram } from '../../support/target.js';

onEveryInterpreter('values as Python has them, whole and shortened', (interpreter) =>
  withFolder((folder) => {
    const file = join(folder, 'expected.json');
    return withProgram(interpreter, 'locals_oracle.py', { args: [file, '1', '3000'] }, ({ pid }) => {
      const expected = readExpected(file);
      const runtime = locateForTest(pid, interpreter);
      const memory = new ProcessMemory(pid);
      for (const settings of [UNLIMITED, DEFAULT_LOCALS]) {
        const python = new Python(runtime, memory);
        const locals = localsQuestion(valuesOf(settings));
        const walk = new Walk(python, [locals]);
        const threads = walk.shared().threadStates.map((state) => walk.thread(state));
        const frames = threads.flatMap(({ answers }) => [...(given(answers.get(locals))?.values() ?? [])]);
        const variables = frames.flatMap((frame) => [...frame.arguments, ...frame.locals]);
        const wrong = wrongValues(new ValueWriter(runtime.layout).variables(variables), expected);
        expect(wrong.slice(0, 20).join('\n'), `${wrong.length} of ${expected.size} wrong`).toBe('');
      }
      memory.close();
    });
  }),
);
