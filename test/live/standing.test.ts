/**
 * Is every frame of every thread right while the threads stand still? The program asks Python itself; both must agree
 * to the column.
 */
import { expect } from 'vitest';
import type { GilState } from '../../src/snapshot.js';
import { expectOracle, pythonThreads } from '../support/expectation.js';
import { lookAt } from '../support/matrix.js';
import type { Program, ProgramOptions } from '../support/target.js';

const PROGRAMS: { name: string; program: string; options?: ProgramOptions }[] = [
  { name: 'an idle process', program: 'idle.py' },
  { name: '20,000 frames', program: 'deep.py' },
  { name: 'many threads in many kinds of wait', program: 'many_threads.py' },
  { name: 'generators and coroutines', program: 'generators.py' },
  { name: 'lambdas, comprehensions, class bodies, exec …', program: 'constructs.py' },
  { name: 'Python called from C', program: 'callbacks.py' },
  { name: 'names in any script', program: 'names.py' },
  { name: 'names made to deceive', program: 'hostile_names.py' },
  { name: 'a forked child', program: 'forking.py' },
  { name: 'without column information', program: 'idle.py', options: { flags: ['-X', 'no_debug_ranges'] } },
];

for (const { name, program, options } of PROGRAMS) {
  lookAt(name, program, options ?? {}, (snapshot, started, mode) => {
    expectOracle(snapshot, started);
    expect(snapshot.pid).toBe(started.pid);
    expect(snapshot.python).toMatchObject({
      implementation: 'cpython',
      major: started.interpreter.version.major,
      minor: started.interpreter.version.minor,
      state: 'initialized',
      debugBuild: started.interpreter.debug,
    });
    expect(snapshot.capture.mode).toBe(mode);
    expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
    for (const thread of pythonThreads(snapshot)) {
      expect(thread).toMatchObject({ consistent: true, gil: idleGil(started), status: 'alive', interpreterId: 0 });
      expect(thread.gc).not.toBe(true);
      expect(thread.movingFrames).toBe(0);
    }
    expect(snapshot.capture.simultaneous).toBe(true);
    if (proofsHere(snapshot.capture.methods)) expect(snapshot.capture).toMatchObject({ stoppedThreads: 0, pauseMs: 0 });
  });
}

lookAt('a thread computing in C without the GIL', 'computing.py', {}, (snapshot, started, mode) => {
  expectOracle(snapshot, started);
  expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
  const computing = pythonThreads(snapshot).find((thread) => thread.name === 'computing');
  expect(computing).toMatchObject({ gil: idleGil(started), consistent: true });
  if (!proofsHere(snapshot.capture.methods)) return;
  expect(snapshot.capture.stoppedThreads).toBeLessThanOrEqual(mode === 'blocking' ? 1 : 0);
});

/** What a thread has to do with the GIL that neither has it nor wants it: free-threaded, there is none to be had. */
function idleGil({ interpreter }: Program): GilState {
  return interpreter.freeThreaded ? 'disabled' : 'none';
}

/** Whether this kernel lets threads be proven to stand still; where not, they are stopped, as everybody does. */
function proofsHere(methods: readonly string[]): boolean {
  return methods.some((method) => method.endsWith('+syscall'));
}
