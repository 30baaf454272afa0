/** Are the frames of compiled Python all there? Where an interpreter has a JIT built in, switched on. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { pythonFrames, pythonThreads } from '../support/expectation.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { lineOf } from '../support/program-text.js';
import { withProgram } from '../support/target.js';

for (const interpreter of findInterpreters()) {
  test.skipIf(interpreter.version.minor < 13)(`out of compiled code: ${interpreter.label}`, (context) =>
    withProgram(interpreter, 'jit.py', { environment: { PYTHON_JIT: '1' } }, async ({ pid, file, ready }) => {
      if (ready['compiled'] !== true) context.skip('it compiles nothing');
      for (const mode of MODES) {
        const snapshot = await inspectProcess(pid, { mode });
        const [thread] = pythonThreads(snapshot);
        expect(thread && pythonFrames(thread).map((frame) => [frame.function, frame.line])).toEqual([
          ['<module>', lineOf(file, '[3600]')],
          ['loop', lineOf(file, '# called')],
          ['step', lineOf(file, '# here')],
        ]);
        expect(snapshot.complete).toBe(true);
      }
      const merged = (await inspectProcess(pid, { native: 'python' })).threads[0]?.frames ?? [];
      const places = merged.map((frame) => (frame.kind === 'python' ? `${frame.function}()` : 'C')).join(' ');
      expect(places).toMatch(/^(C )+<module>\(\) loop\(\) step\(\)( C)+$/);
      expect(merged.flatMap((frame) => (frame.kind === 'python' ? [frame.problem] : [])).filter(Boolean)).toEqual([]);
    }),
  );
}
