/** Are Python's stacks in a core those of the process when it died? On every interpreter found, in many situations. */
import { expect } from 'vitest';
import { inspectCore } from '../../src/inspect-core.js';
import type { Snapshot, Thread } from '../../src/snapshot.js';
import { noGcore, noKernelCores, withGcore, withKernelCore } from '../support/cores.js';
import { expectOracle, pythonFrames, threadNamed } from '../support/expectation.js';
import { onEveryInterpreter } from '../support/matrix.js';

/** The thread that died is told first; the program tells the main thread last. */
function inPythonsOrder(snapshot: Snapshot): Snapshot {
  const { threads } = snapshot;
  return {
    ...snapshot,
    threads: [...threads.filter(({ isMain }) => !isMain), ...threads.filter(({ isMain }) => isMain)],
  };
}

function functionsOf(thread: Thread | undefined): string[] {
  return thread ? pythonFrames(thread).map((frame) => frame.function) : [];
}

for (const program of ['idle.py', 'constructs.py', 'generators.py', 'callbacks.py', 'names.py', 'many_threads.py']) {
  onEveryInterpreter(`${program}, killed: every frame as Python says`, async (interpreter, context) => {
    if (noKernelCores !== null) return context.skip(noKernelCores);
    await withKernelCore(interpreter, program, {}, async (core, started) => {
      const snapshot = await inspectCore(core);
      expect(snapshot.warnings).toEqual([]);
      expectOracle(inPythonsOrder(snapshot), started);
      expect(snapshot.threads[0]).toMatchObject({ faulting: true, tid: snapshot.pid });
      expect(snapshot).toMatchObject({ source: 'core', complete: true, capture: { mode: 'core', pauseMs: 0 } });
    });
  });
}

for (const program of ['constructs.py', 'many_threads.py']) {
  onEveryInterpreter(`${program}, saved by gdb: every frame as Python says`, async (interpreter, context) => {
    if (noGcore !== null) return context.skip(noGcore);
    await withGcore(interpreter, program, {}, async (core, started) => {
      const snapshot = await inspectCore(core);
      expectOracle(snapshot, started);
      expect(snapshot.core).toMatchObject({ onDemand: true, signal: null });
      expect(snapshot.threads.some(({ faulting }) => faulting)).toBe(false);
    });
  });
}

onEveryInterpreter('a segmentation fault through ctypes', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'crash.py', { args: ['segfault'], signal: null }, async (core) => {
    const snapshot = await inspectCore(core, { registers: true });
    expect(snapshot.warnings).toEqual([]);
    const [first] = snapshot.threads;
    expect(first).toMatchObject({ faulting: true, isMain: true });
    expect(functionsOf(first)).toEqual(['<module>', 'outer', 'middle', 'die', 'string_at']);
    expect(first?.registers).toHaveProperty('rip');
    expect(snapshot.core?.signal).toMatchObject({
      name: 'SIGSEGV',
      codeName: 'SEGV_MAPERR',
      faultAddress: '0x0',
      faultContext: 'not mapped: a null pointer',
    });
    expect(snapshot.threads.filter(({ name }) => name?.startsWith('bystander')).length).toBe(2);
  });
});

onEveryInterpreter('abort', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'crash.py', { args: ['abort'], signal: null }, async (core, { pid }) => {
    const snapshot = await inspectCore(core);
    expect(functionsOf(snapshot.threads[0])).toEqual(['<module>', 'outer', 'middle', 'die']);
    expect(snapshot.core?.signal).toMatchObject({ name: 'SIGABRT', codeName: 'SI_TKILL', senderPid: pid });
  });
});

onEveryInterpreter('another thread than the main one dies', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'crash.py', { args: ['thread'], signal: null }, async (core) => {
    const snapshot = await inspectCore(core);
    const [first] = snapshot.threads;
    expect(first).toMatchObject({ faulting: true, isMain: false, name: 'crasher' });
    expect(functionsOf(first).at(-1)).toBe('string_at');
    expect(snapshot.core?.signal).toMatchObject({
      faultAddress: '0x8',
      faultContext: 'not mapped: a null pointer plus 8 bytes',
    });
    expect(functionsOf(threadNamed(snapshot, 'MainThread')).slice(0, 4)).toEqual([
      '<module>',
      'outer',
      'middle',
      'die',
    ]);
  });
});

onEveryInterpreter('the stack overflows', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'crash.py', { args: ['overflow'], signal: null }, async (core) => {
    const snapshot = await inspectCore(core);
    const [first] = snapshot.threads;
    expect(first).toMatchObject({ faulting: true, isMain: true });
    expect(functionsOf(first).slice(0, 5)).toEqual(['<module>', 'outer', 'middle', 'die', 'deeper']);
    expect(functionsOf(first).length).toBeGreaterThan(100);
    expect(new Set(functionsOf(first).slice(5))).toEqual(new Set(['__getattr__']));
    expect(snapshot.core?.signal?.faultContext).toMatch(/a stack overflow$/);
  });
});

onEveryInterpreter('threads that contend for the GIL, saved by gdb', async (interpreter, context) => {
  if (noGcore !== null) return context.skip(noGcore);
  await withGcore(interpreter, 'contention.py', {}, async (core) => {
    const snapshot = await inspectCore(core);
    const contenders = snapshot.threads.filter(({ name }) => name?.startsWith('contender'));
    expect(contenders.length).toBe(4);
    for (const thread of contenders) {
      expect(functionsOf(thread).at(-1)).toBe('compute');
      expect(thread.ending.kind).toBe('complete');
    }
    // Between two holders, nobody holds it.
    expect(contenders.filter(({ gil }) => gil === 'holding').length).toBeLessThanOrEqual(1);
  });
});

onEveryInterpreter('20,000 frames deep', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'deep.py', {}, async (core, program) => {
    const snapshot = await inspectCore(core);
    expectOracle(inPythonsOrder(snapshot), program);
  });
});

onEveryInterpreter('in the middle of a collection', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  // Nearly all the time it collects: not one of three cores between two collections.
  const collecting: (boolean | null)[] = [];
  for (let round = 0; round < 3 && !collecting.includes(true); round++) {
    await withKernelCore(interpreter, 'collecting.py', {}, async (core) => {
      const snapshot = await inspectCore(core);
      expect(snapshot.warnings).toEqual([]);
      const collector = threadNamed(snapshot, 'collector');
      expect(functionsOf(collector).at(-1)).toBe('collect');
      collecting.push(collector.gc);
    });
  }
  expect(collecting).toContain(true);
});

onEveryInterpreter('in a finalizer that a collection runs', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'finalizer_in_collection.py', {}, async (core, program) => {
    expectOracle(inPythonsOrder(await inspectCore(core)), program);
  });
});

onEveryInterpreter('finalizing', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'at_exit.py', {}, async (core, program) => {
    const snapshot = await inspectCore(core);
    expect(snapshot.python?.version).toMatch(new RegExp(`^${interpreter.minorVersion}`));
    expectOracle(inPythonsOrder(snapshot), program);
  });
});
