/** Of a core that lost the states of its threads, --exhaustive shows the calls that are left in it, apart from threads: none that was not. */
import { describe, expect, test } from 'vitest';
import { locate } from '../../src/locate/locate.js';
import { momentOf } from '../../src/moment/moment.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import { runPystackHere } from '../support/command.js';
import { noKernelCores, SMALL_THREADS, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { everyTenth, MOMENT, pagesOf, type WholeCore, wholeCore, zero } from './lost-memory.js';

/** Without those that go through all memory for an interpreter, which is not there. */
const STRATEGIES = ['symbol', 'thread-id', 'code-type'];
const LOOKING = ['--exhaustive', `--locate-by=${STRATEGIES.join(',')}`];

/** Stacks without a thread, and how many threads have one, of the core as it is now. */
async function looseIn(path: string) {
  const process = await openCoreProcess(path);
  try {
    const located = locate(process, { exhaustive: true, strategies: STRATEGIES });
    const { loose, threads } = momentOf(process, located, [], { ...MOMENT, exhaustive: true });
    return { strategy: located.strategy, stacks: loose?.stacks ?? [], threads };
  } finally {
    process.close();
  }
}

/** Each frame was one, says what it ran and where it was, and is followed by the one that called it. */
function expectTrue(whole: WholeCore, stacks: Awaited<ReturnType<typeof looseIn>>['stacks']): number {
  let shown = 0;
  for (const { frames } of stacks) {
    const first = frames[0]?.address;
    const was = whole.threads.find((thread) => thread.frames.some(({ address }) => address === first));
    const place = was?.frames.findIndex(({ address }) => address === first) ?? -1;
    expect(place).toBeGreaterThanOrEqual(0);
    const told = frames.map(({ address, lasti, ran }) => ({
      address,
      lasti,
      name: 'code' in ran ? ran.code.name : ran.problem,
    }));
    expect(told).toEqual(
      was?.frames
        .slice(place, place + frames.length)
        .map(({ address, lasti, name }) => ({ address: address, lasti, name })),
    );
    shown += frames.length;
  }
  const addresses = stacks.flatMap(({ frames }) => frames.map(({ address }) => address));
  expect(new Set(addresses).size).toBe(addresses.length);
  return shown;
}

describe.skipIf(noKernelCores !== null)('of a core without the states of its threads', () => {
  const builds = findInterpreters().filter(
    // Of a free-threaded one searching all memory takes a minute each time.
    ({ debug, traceRefs, freeThreaded, version }) => !debug && !traceRefs && !freeThreaded && version.major === 3,
  );

  test.each(builds)('$label', async (interpreter) => {
    const options = { ...SMALL_THREADS, args: ['3', '8'] };
    await withKernelCore(interpreter, 'crossings.py', options, async (core) => {
      const whole = await wholeCore(core);
      const frames = whole.threads.flatMap((thread) => thread.frames);
      expect(whole.threads).toHaveLength(4);
      const [one, ...others] = whole.threads;
      // One of four: what the others were in stays theirs.
      zero(whole, one ? [one.state] : []);
      const partly = await looseIn(core);
      const known = new Set(partly.threads.flatMap(({ walk }) => walk.stack.frames.map(({ address }) => address)));
      expect(partly.threads).toHaveLength(3);
      expect(expectTrue(whole, partly.stacks)).toBe(one?.frames.length);
      for (const stack of partly.stacks) expect(stack.frames.some(({ address }) => known.has(address))).toBe(false);

      zero(whole, [
        ...others.map(({ state }) => state),
        ...(whole.runtime === null ? [] : [pagesOf({ start: whole.runtime, end: whole.runtime + 1 })]),
        ...whole.interpreters.map((start) => pagesOf({ start, end: start + 1 })),
      ]);
      const { strategy, stacks, threads } = await looseIn(core);
      expect(strategy).toBe('code-type');
      expect(threads).toEqual([]);
      expect(expectTrue(whole, stacks)).toBe(frames.length);
      expect(stacks).toHaveLength(whole.threads.length);

      const without = await runPystackHere(['core', core, ...LOOKING.slice(1)]);
      // What looks like a thread without frames is none.
      expect(without.code).toBe(1);
      expect(without.stdout).not.toMatch(/Found in memory|\(Python\) File/);
      const text = await runPystackHere(['core', core, ...LOOKING]);
      expect(text.stderr).toMatch(/states of threads are lost: \d+ frames in \d+ stacks? were found in memory/);
      expect(text.stdout).toContain(
        `Found in memory, thread not known, 1 of ${stacks.length} (most recent call last):`,
      );
      expect(text.stdout).toContain('waiting');
      expect(text.stdout).not.toContain('Traceback for thread');
      expect(text.code).toBe(3);
      const json = await runPystackHere(['core', core, ...LOOKING, '--json']);
      const document = JSON.parse(json.stdout);
      expect(document).toMatchObject({ complete: false, threads: [], python: { locatedBy: 'code-type' } });
      expect(document.looseStacks).toHaveLength(stacks.length);
      expect(document.looseStacks[0]).toMatchObject({ foundBy: 'code-type' });

      // And of pages here and there: less is shown, and still nothing that was not.
      zero(whole, everyTenth(whole, 3));
      for (const { frames: left } of (await looseIn(core)).stacks) {
        const first = left[0]?.address;
        const was = whole.threads.find((thread) => thread.frames.some(({ address }) => address === first));
        const addresses = was?.frames.map(({ address }) => address) ?? [];
        const place = addresses.indexOf(first ?? 0);
        expect(left.map(({ address }) => address)).toEqual(addresses.slice(place, place + left.length));
      }
    });
  });
});
