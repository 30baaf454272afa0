/** A gunicorn worker of gevent whose requests are stuck: where, for what, and who blocks all of them? */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Interpreter } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

for (const mode of MODES) {
  test.skipIf(interpreter === null)(`stuck requests, ${mode}`, () =>
    withProgram(interpreter as Interpreter, 'gunicorn_gevent.py', {}, async (program) => {
      const { threads, tasks, loops, resources } = await inspectProcess(program.pid, { mode });
      const requests = (tasks ?? []).filter(({ frames }) =>
        frames.some((frame) => frame.kind === 'python' && frame.function === 'application'),
      );
      const at = (name: string) =>
        requests.find(({ frames }) => frames.some((frame) => frame.kind === 'python' && frame.function === name));
      expect(requests).toHaveLength(4);
      expect(at('with_lock')?.waits).toMatchObject([{ kind: 'timer' }]);
      expect(at('at_socket')?.waits).toMatchObject([{ kind: 'socket' }]);
      const [wait, ...others] = at('in_lock')?.waits ?? [];
      expect(others).toEqual([]);
      expect(wait).toMatchObject({ kind: 'lock', name: 'lock' });
      const held = resources.find(({ id }) => id === wait?.resource);
      expect(held?.holders).toMatchObject([{ task: at('with_lock')?.id, evidence: 'exact', how: 'with' }]);
      expect(at('blocks')).toMatchObject({ state: 'running', tid: program.pid });
      expect(loops).toMatchObject([{ type: 'gevent.hub.Hub', state: 'running', runs: at('blocks')?.id }]);
      expect(threads.length).toBeGreaterThan(0);
    }),
  );
}
