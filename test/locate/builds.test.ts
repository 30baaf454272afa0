/**
 * Builds that give no help: linked in every way, stripped of symbols, of `.dynsym`, of section headers. All is found and
 * read, by the strategy that is left. On the oldest, the newest and a middle one of the interpreters whose static library
 * is installed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { expectOracle } from '../support/expectation.js';
import { findInterpreters, type Interpreter, isAtLeast } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { LINKAGES, type Linkage, linked, stripped, withoutSections } from './builds.js';

const buildable = findInterpreters().filter(
  (interpreter) => interpreter.shared && isAtLeast(interpreter, 7) && !interpreter.debug && !interpreter.freeThreaded,
);
const chosen = new Set([buildable[0], buildable[Math.floor(buildable.length / 2)], buildable.at(-1)]);
const interpreters = [...chosen].filter((interpreter) => interpreter !== undefined);

const ODD: ReadonlySet<Linkage> = new Set(['rebased', 'PIE of large pages']);

/** What is found in it by which strategy. */
async function expectFoundBy(strategy: string, interpreter: Interpreter, executable: string): Promise<void> {
  const home = dirname(dirname(interpreter.executable));
  // No exec_prefix: extension modules would bring another libpython with them.
  const options = { executable, flags: ['-S'], environment: { PYTHONHOME: `${home}:${home}/none` } };
  await withProgram(interpreter, 'idle.py', options, async (program) => {
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      expect(snapshot.python).toMatchObject({ locatedBy: strategy, library: executable });
      expectOracle(snapshot, program);
    }
  });
}

describe.each(interpreters)('$label', (interpreter) => {
  const section = isAtLeast(interpreter, 10) ? 'section' : 'scan';
  const searched = isAtLeast(interpreter, 13) ? 'cookie' : 'scan';

  for (const linkage of Object.keys(LINKAGES) as Linkage[]) {
    // What is odd is so for all versions.
    if (ODD.has(linkage) && interpreter !== interpreters.at(-1)) continue;
    test(linkage, { timeout: 180_000 }, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'pystack-builds-'));
      const exports = linkage === 'PIE that exports';
      try {
        const program = linked(interpreter, linkage);
        if (typeof program !== 'string') return context.skip(program.reason);
        await expectFoundBy('symbol', interpreter, program);
        const without = stripped(program, folder);
        await expectFoundBy(exports ? 'symbol' : section, interpreter, without);
        withoutSections(without);
        await expectFoundBy(exports ? 'symbol' : searched, interpreter, without);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

if (interpreters.length === 0) test.skip('no interpreter with a static library to link');
