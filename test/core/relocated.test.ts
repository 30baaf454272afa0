/** Can a core be read where its programs and libraries lie elsewhere, or nowhere? On every interpreter found. */
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { PystackError } from '../../src/errors.js';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import type { CoreOptions } from '../../src/options.js';
import type { Thread } from '../../src/snapshot.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import type { Interpreter } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

/** Copies the interpreter (and its libpython) into the folder, so that moving them away harms nobody. */
async function copiedInto(folder: string, interpreter: Interpreter): Promise<Interpreter> {
  mkdirSync(folder);
  const executable = join(folder, basename(interpreter.executable));
  copyFileSync(interpreter.executable, executable);
  if (interpreter.shared) {
    const library = await withProgram(
      interpreter,
      'idle.py',
      {},
      async ({ pid }) => (await inspectProcess(pid)).python?.library ?? null,
    );
    if (library === null) throw new Error('no libpython');
    copyFileSync(library, join(folder, basename(library)));
  }
  return { ...interpreter, executable };
}

onEveryInterpreter('moved away after the crash', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withFolder(async (folder) => {
    const before = join(folder, 'before');
    const after = join(folder, 'after');
    const copy = await copiedInto(before, interpreter);
    const environment = { PYTHONHOME: dirname(dirname(interpreter.executable)), LD_LIBRARY_PATH: before };
    await withKernelCore(copy, 'constructs.py', { environment }, async (core) => {
      const original = await inspectCore(core);
      expect(original.warnings).toEqual([]);
      expect(original.executable).toBe(copy.executable);
      const stacks = original.threads;
      renameSync(before, after);
      const searches: CoreOptions[] = [
        { libSearchPath: [folder, after] },
        { libSearchRoot: folder },
        { libSearchPath: [after], executable: join(after, basename(copy.executable)) },
        // The wrong one is refused, the right one found.
        { libSearchPath: [after], executable: '/bin/sh' },
      ];
      for (const options of searches) {
        const found = await inspectCore(core, options);
        expect(found.threads).toEqual(stacks);
        expect(found.warnings.map(({ code }) => code)).toEqual(
          options.executable === '/bin/sh' ? ['build-id-mismatch'] : [],
        );
      }
      await withoutFiles(core, stacks);
    });
  });
});

/** Without any file: what the core itself holds, with a warning, or one error that says what is missing. */
async function withoutFiles(core: string, stacks: readonly Thread[]): Promise<void> {
  try {
    const bare = await inspectCore(core);
    expect(bare.threads.map(({ tid }) => tid)).toEqual(stacks.map(({ tid }) => tid));
    expect(bare.warnings.map(({ code }) => code)).toContain('module-not-found');
    // Types, code objects and frames are in writable memory: the stacks are all there. Lost are names of constant types.
    expect(bare.threads.map(({ frames }) => frames)).toEqual(stacks.map(({ frames }) => frames));
    expect(bare.threads.every(({ ending }) => ending.kind === 'complete')).toBe(true);
  } catch (error) {
    if (!(error instanceof PystackError)) throw error;
    expect(error.message).toMatch(/core/);
  }
}
