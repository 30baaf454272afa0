/** Is a process shown that is stopped already, or that somebody else traces, and is it left as it was? */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { renderText } from '../../src/render/text.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { until, withProgram } from '../support/target.js';

onEveryInterpreter('a stopped process is shown and stays stopped', (interpreter) =>
  withProgram(interpreter, 'many_threads.py', { args: ['8', '5'] }, async (program) => {
    program.signal('SIGSTOP');
    await until('it is stopped', () => stateOf(program.pid) === 'T');
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      expectOracle(snapshot, program);
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
      expect(stateOf(program.pid)).toBe('T');
    }
    program.signal('SIGCONT');
    await until('it goes on', () => stateOf(program.pid) === 'S');
    expectOracle(await inspectProcess(program.pid), program);
  }),
);

onEveryInterpreter('a stopped process that was busy is shown and stays stopped', (interpreter) =>
  withProgram(interpreter, 'busy.py', {}, async (program) => {
    program.signal('SIGSTOP');
    await until('it is stopped', () => stateOf(program.pid) === 'T');
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      for (const thread of pythonThreads(snapshot)) {
        expect(thread.consistent).toBe(true);
        expect(pythonFrames(thread).length).toBeGreaterThan(0);
      }
      expect(stateOf(program.pid)).toBe('T');
      const text = renderText(snapshot);
      expect(text).toMatch(/^The process is stopped by a signal and does not run until it gets SIGCONT\n\n/);
      // Who was about to run waits for nothing.
      const busy = snapshot.threads.filter(({ os }) => os?.activity === 'waiting' && os.syscall === null);
      expect(text.match(/^Traceback .*\[(.*,)?Stopped\]/gm) ?? []).toHaveLength(busy.length);
      expect(renderText(snapshot, { waits: false })).not.toContain('The process');
    }
  }),
);

onEveryInterpreter('a process under another tracer', (interpreter) =>
  withProgram(interpreter, 'many_threads.py', { args: ['4', '5'] }, (program) =>
    withProgram(anyInterpreter(), 'tracer.py', { args: [`${program.pid}`] }, async () => {
      for (const mode of MODES) expectOracle(await inspectProcess(program.pid, { mode }), program);
    }),
  ),
);

onEveryInterpreter('a busy process that another tracer has stopped', (interpreter) =>
  withProgram(interpreter, 'busy.py', {}, (program) =>
    withProgram(anyInterpreter(), 'tracer.py', { args: [`${program.pid}`, 'stop'] }, async () => {
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        const threads = pythonThreads(snapshot);
        expect(threads.length).toBe(5);
        for (const thread of threads) expect(thread.consistent).toBe(true);
        expect(renderText(snapshot)).toMatch(
          /^The process is being traced by process \d+ \(.*\), which may keep it stopped\n\n/,
        );
        expect(stateOf(program.pid)).toBe('t');
      }
    }),
  ),
);

function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(')').at(-1)?.trim()[0];
}
