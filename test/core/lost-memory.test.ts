/** What is left of a core is shown, however it was cut and whatever its pages lost, and nothing that was never there. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noKernelCores, SMALL_THREADS, withFolder, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { cutTo, everyTenth, pagesOf, type Score, type WholeCore, wholeCore, zeroed } from './lost-memory.js';
import { pageByPage } from './zeroed-pages.js';

/** Percents of a core that are left. */
const CUTS = [99, 97, 95, 92, 85, 70, 40, 15];

/** All threads that are left, nothing that was not, and of frames at least so much. */
function expectShown(score: Score, least: number, what: string): void {
  expect(score.wrong, what).toEqual([]);
  expect(score.threadsShown, `${what}: ${score.refused ?? ''}`).toBe(score.threadsLeft);
  expect(score.framesShown, what).toBeGreaterThanOrEqual(Math.floor(least * score.framesLeft));
  expect(score.wholeShown, what).toBeGreaterThanOrEqual(Math.floor(least * score.wholeLeft));
}

describe.skipIf(noKernelCores !== null)('of a core that lost memory', () => {
  const builds = findInterpreters().filter(({ debug, traceRefs }) => !debug && !traceRefs);

  test.each(builds)('$label', async (interpreter) => {
    const options = { ...SMALL_THREADS, args: ['3', '8'] };
    const { major, minor } = interpreter.version;
    await withKernelCore(interpreter, 'crossings.py', options, (core) =>
      withFolder(async (folder) => {
        const whole = await wholeCore(core);
        expect(whole.threads).toHaveLength(4);
        const again = (): WholeCore => {
          const path = join(folder, 'core');
          execFileSync('cp', ['--sparse=always', core, path]);
          return { ...whole, path };
        };
        // Single pages, with all that is told but variables; bench/zeroed-pages.mjs does it with each.
        const told = await pageByPage(core, { step: 16, from: 7, locals: false });
        expect(told.wrong).toEqual([]);
        expect(told.pages).toBeGreaterThan(3);
        const page = (address: number) => pagesOf({ start: address, end: address + 1 });
        for (const from of [0, 3, 7]) {
          const score = await zeroed(again(), everyTenth(whole, from));
          // Pages here and there: whole threads may be lost, but nothing is made up.
          expect(score.wrong, `every 10th page, from ${from}`).toEqual([]);
        }
        if (major === 3 && minor >= 6 && minor <= 10) {
          // Frames are objects: those beyond one that is lost stand on the C stack.
          const one = whole.threads.flatMap(({ frames }) => frames[8]?.own ?? []);
          expect(one).toHaveLength(4);
          expectShown(await zeroed(again(), one), 0.95, 'one frame of each thread');
        }
        if (whole.runtime !== null) expectShown(await zeroed(again(), [page(whole.runtime)]), 1, 'no runtime');
        expectShown(await zeroed(again(), whole.interpreters.map(page)), 1, 'no interpreter');
        expectShown(await zeroed(again(), cStacksOf(whole)), 1, 'no C stacks');
        const cut = again();
        const all = { framesLeft: 0, framesShown: 0, wholeLeft: 0, wholeShown: 0 };
        for (const percent of CUTS) {
          const score = await cutTo(cut, Math.floor((whole.size * percent) / 100));
          // Before 3.7 thread states have no number, and hardly anything that would show by itself what they are.
          const hasNumbers = interpreter.version.major === 3 && interpreter.version.minor >= 7;
          const threadsShown = hasNumbers ? score.threadsShown : score.threadsLeft;
          // Whether it ever had an interpreter is lost, too.
          expect(score.refused ?? '').not.toMatch(/never had|about to start|still starting/);
          expectShown({ ...score, threadsShown }, 0, `cut to ${percent} %`);
          for (const what of ['framesLeft', 'framesShown', 'wholeLeft', 'wholeShown'] as const)
            all[what] += score[what];
        }
        // Up to 3.10 a frame that is lost hides those beyond it; before 3.7 their threads are lost, too.
        if (interpreter.version.major === 3 && interpreter.version.minor >= 11) {
          // (Where an allocator has set a gigabyte aside, one percent of the file may be all that there is.)
          if (all.framesLeft > 0) expect(all.framesShown / all.framesLeft).toBeGreaterThanOrEqual(0.95);
          if (all.wholeLeft > 0) expect(all.wholeShown / all.wholeLeft).toBeGreaterThanOrEqual(0.95);
        }
      }),
    );
  });
});

/** Each from the stack pointer up to what its thread points to itself by. */
function cStacksOf({ threads, loads }: WholeCore) {
  return threads.flatMap(({ cStack, pointer }) => {
    const load = loads.find(({ vaddr, filesz }) => cStack !== null && cStack >= vaddr && cStack < vaddr + filesz);
    if (!load || cStack === null) return [];
    const end = load.vaddr + load.filesz;
    return [
      {
        start: pagesOf({ start: cStack, end: cStack + 1 }).start,
        end: pointer > cStack && pointer < end ? pagesOf({ start: pointer, end: pointer + 1 }).start : end,
      },
    ];
  });
}
