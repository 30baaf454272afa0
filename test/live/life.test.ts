/** Is a process shown rightly at the ends of its life: starting, finalizing, with a subinterpreter? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { renderText } from '../../src/render/text.js';
import type { Snapshot, Thread } from '../../src/snapshot.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { isAtLeast } from '../support/interpreters.js';
import { lookAt, MODES, onEveryInterpreter } from '../support/matrix.js';
import { lineOf } from '../support/program-text.js';
import { programPath, until, withProgram } from '../support/target.js';

const startingIn = (folder: string) => ({ environment: { PYTHONPATH: programPath(folder) } });

lookAt('starting: sitecustomize waits', 'idle.py', startingIn('starting_site'), (snapshot, program) => {
  expectOracle(snapshot, program);
  expect(pythonFrames(onlyThread(snapshot)).at(-1)?.file).toBe(programPath('starting_site/sitecustomize.py'));
});

lookAt('starting: before it is initialized', 'idle.py', startingIn('starting_encodings'), (snapshot, program) => {
  const file = programPath('starting_encodings/encodings/__init__.py');
  const frames = pythonFrames(onlyThread(snapshot));
  expect(frames.at(-1)).toMatchObject({ function: 'wait', file, line: lineOf(file, '# here') });
  expect(frames.at(-2)).toMatchObject({ function: '<module>', file });
  // The import system is written in Python from 3.3 on.
  if (program.interpreter.version.major > 2) expect(frames.length).toBeGreaterThan(2);
});

lookAt('finalizing: an atexit handler waits', 'at_exit.py', {}, expectOracle);
lookAt('finalizing: the main thread waits for the others', 'joining_at_exit.py', {}, expectOracle);

lookAt('finalizing: a finalizer waits when no other thread can run', 'del_at_exit.py', {}, (snapshot, program) => {
  const main = snapshot.threads.find((thread) => thread.isMain);
  expect(main && pythonFrames(main)).toMatchObject([
    { function: '__del__', file: program.file, line: lineOf(program.file, '# here') },
  ]);
  expect(snapshot.python?.state).toBe('finalizing');
});

onEveryInterpreter('a subinterpreter', (interpreter) =>
  withProgram(interpreter, 'subinterpreter.py', {}, async (program) => {
    const { interpreter: id, tid } = program.ready;
    // The thread that told has to end first.
    await until('three threads are left', async () => (await inspectProcess(program.pid)).threads.length === 3);
    for (const mode of MODES) {
      const threads = pythonThreads(await inspectProcess(program.pid, { mode }));
      const inside = threads.filter((thread) => thread.interpreterId === id);
      expect(inside.map((thread) => thread.tid)).toEqual([tid]);
      expect(inside.map((thread) => pythonFrames(thread).map((frame) => [frame.function, frame.line]))).toEqual([
        [
          ['<module>', 8],
          ['inside', 6],
        ],
      ]);
      const host = threads.find((thread) => thread.interpreterId === 0 && thread.tid === tid);
      expect(host && pythonFrames(host).map((frame) => frame.function)).toContain('run');
      expect(host?.name).toBe('host');
    }
  }),
);

onEveryInterpreter('subinterpreters, one inside the other and side by side', (interpreter) =>
  withProgram(interpreter, 'subinterpreters.py', {}, async (program) => {
    const ids = program.ready['interpreters'] as Record<'inner' | 'outer' | 'lone' | 'unused', number>;
    const tids = program.ready['tids'] as Record<'nested' | 'lone', number>;
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
      const threads = pythonThreads(snapshot);
      const stackOf = (id: number) =>
        threads
          .filter((one) => one.interpreterId === id)
          .map((one) => pythonFrames(one).map((frame) => frame.function));
      expect(stackOf(ids.inner)).toEqual([['<module>', 'innermost']]);
      expect(stackOf(ids.outer)).toEqual([['<module>', 'between']]);
      expect(stackOf(ids.lone)).toEqual([['<module>', 'lone']]);
      expect(stackOf(ids.unused).flat()).toEqual([]);
      // Each has a lock of its own where it is made so, and nobody works.
      expect(threads.map(({ gil }) => gil).filter((gil) => gil !== 'disabled' && gil !== 'none')).toEqual([]);
      // What runs in one system thread stands together, the outermost first.
      const tidsInOrder = threads.map(({ tid }) => tid);
      for (const tid of Object.values(tids)) {
        const places = tidsInOrder.flatMap((one, index) => (one === tid ? [index] : []));
        expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(places.length - 1);
      }
      // Up to 3.12 a thread state belongs to the thread that made the interpreter, whoever runs in it.
      if (!isAtLeast(interpreter, 13)) continue;
      const nested = threads.filter(({ tid }) => tid === tids.nested).map(({ interpreterId }) => interpreterId);
      expect(nested).toEqual([0, ids.outer, ids.inner]);
      const lone = threads.filter(({ tid }) => tid === tids.lone).map(({ interpreterId }) => interpreterId);
      expect(lone).toEqual([0, ids.lone]);
      const text = renderText(snapshot);
      const paragraph = text.split('\n\n').find((part) => part.includes(`thread ${tids.nested} `)) ?? '';
      const headings = paragraph.split('\n').filter((line) => /^ {2}In /.test(line));
      const words = ['In the main interpreter', `In interpreter ${ids.outer}`, `In interpreter ${ids.inner}`];
      expect(headings.map((line) => line.replace(/ \[.*/, '').trim())).toEqual(words);
    }
  }),
);

onEveryInterpreter('the main thread has ended, others go on', (interpreter) =>
  withProgram(interpreter, 'leaderless.py', {}, async (program) => {
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
      expect(snapshot.executable).toContain('python');
      const [main, ...others] = pythonThreads(snapshot).reverse();
      // Up to 3.10 its kernel id is not known any more.
      expect(main).toMatchObject({ name: 'MainThread', status: 'terminated', consistent: true });
      expect(main && pythonFrames(main).map((frame) => frame.function)).toEqual(['<module>']);
      expect(others.map((thread) => thread.name)).toEqual(['left-0', 'left-1', 'left-2']);
      for (const thread of others) {
        expect(thread).toMatchObject({ consistent: true, evidence: 'still', os: { syscall: expect.anything() } });
        const line = lineOf(program.file, '# here');
        expect(pythonFrames(thread).at(-1)).toMatchObject({ function: 'wait', line });
      }
    }
  }),
);

function onlyThread(snapshot: Snapshot): Thread {
  const [thread, another] = pythonThreads(snapshot);
  if (!thread || another) throw new Error(`expected one Python thread, saw ${pythonThreads(snapshot).length}`);
  return thread;
}
