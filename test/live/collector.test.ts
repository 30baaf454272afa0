/** Who collects garbage, while a finalizer that the collection runs sleeps without the GIL? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { pythonFrames, pythonThreads } from '../support/expectation.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('the only thread, whatever it does meanwhile', (interpreter) =>
  withProgram(interpreter, 'finalizer_alone.py', {}, async ({ pid }) => {
    const threads = pythonThreads(await inspectProcess(pid, {}));
    expect(threads.map((thread) => [pythonFrames(thread).at(-1)?.function, thread.gc])).toEqual([['finish', true]]);
  }),
);

onEveryInterpreter('with native frames, the one in whose they are, and no other', (interpreter) =>
  withProgram(interpreter, 'finalizer_in_collection.py', {}, async ({ pid }) => {
    const told = (native: boolean) => async () => {
      const threads = pythonThreads(await inspectProcess(pid, native ? { native: 'python' } : {}));
      return Object.fromEntries(threads.map((thread) => [thread.isMain ? 'main' : 'collector', thread.gc]));
    };
    const withNative = await told(true)();
    // A build without names of the collector's functions cannot tell either way.
    if (withNative['collector'] === true) expect(withNative['main']).toBe(false);
    else expect(withNative).toEqual(await told(false)());
  }),
);
