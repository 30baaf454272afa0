/** Is any value told otherwise than it was, where the page that it lies on holds only zeros? And are zeros that are true? */
import { describe, expect, test } from 'vitest';
import { noKernelCores, SMALL_THREADS, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { pageByPage } from './zeroed-pages.js';

describe.skipIf(noKernelCores !== null)('values of a core with a page of zeros', () => {
  const builds = findInterpreters().filter(({ debug, traceRefs }) => !debug && !traceRefs);

  test.each(builds)('$label', async (interpreter) => {
    await withKernelCore(interpreter, 'values_on_pages.py', SMALL_THREADS, async (core) => {
      // Some of its pages; bench/zeroed-pages.mjs does it with each. Without one: true zeros are shown, and nothing is missing.
      const { pages, wrong } = await pageByPage(core, { step: 40, from: 11 });
      expect(wrong).toEqual([]);
      expect(pages).toBeGreaterThan(3);
    });
  });
});
