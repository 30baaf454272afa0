/** Are real programs shown rightly, not only ten-line ones: a pool of workers, a web server, numpy? */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import type { Interpreter } from '../support/interpreters.js';
import { lookAt, MODES } from '../support/matrix.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

lookAt('a pool of workers, busy and idle', 'pool_service.py', {}, expectOracle);

const interpreter = pythonWithPackages();
const withReal = interpreter ? test : test.skip;

for (const mode of MODES) {
  withReal(`Python called back from numpy, ${mode}`, () =>
    withProgram(interpreter as Interpreter, 'numpy_work.py', {}, async (program) => {
      expectOracle(await inspectProcess(program.pid, { mode }), program);
    }),
  );

  withReal(`a gunicorn worker that serves a request, ${mode}`, () =>
    withProgram(interpreter as Interpreter, 'gunicorn_service.py', {}, async (program) => {
      const snapshot = await inspectProcess(program.pid, { mode });
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
      const told = program.ready.threads ?? [];
      expect(pythonThreads(snapshot).map(({ name }) => name)).toEqual(told.map(({ name }) => name));
      const serving = pythonThreads(snapshot).map((thread) => pythonFrames(thread).at(-1)?.function);
      expect(serving).toContain('application');
    }),
  );
}
