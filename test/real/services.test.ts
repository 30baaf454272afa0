/** Are real programs shown rightly, not only ten-line ones: a pool of workers, a web server, numpy? */
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { lookAt, MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

lookAt('a pool of workers, busy and idle', 'pool_service.py', {}, expectOracle);

/** Made by scripts/real-packages.mjs, which needs the network; the suite itself does not. */
const folder = fileURLToPath(new URL('../../.cache/real-programs', import.meta.url));

function realInterpreter(): Interpreter | null {
  const python = `${folder}/bin/python`;
  if (!existsSync(`${folder}/.complete`)) return null;
  const base = findInterpreters().find(({ executable }) => executable === realpathSync(python));
  // Started under the name it has in the environment: that is how Python finds what is installed there.
  return base ? { ...base, executable: python } : null;
}

const interpreter = realInterpreter();
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
