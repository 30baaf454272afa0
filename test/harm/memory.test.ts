/** Do looks leave memory behind in the one who looks? Native stacks need tens of MiB of tables each, outside of what the collector counts. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { anyInterpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const LOOKS = 40;
/** What the tables of one look may take, of which none may stay: forty would be over a gigabyte. */
const MOST_MIB = 300;

// The tables are of our own process, whatever Python it looks at.
test('looks with native frames leave nothing behind', () =>
  withProgram(anyInterpreter(), 'contending.py', {}, async ({ pid }) => {
    await inspectProcess(pid, { native: 'python' });
    const before = process.memoryUsage.rss();
    for (let n = 0; n < LOOKS; n++) await inspectProcess(pid, { native: 'python' });
    const grownMiB = (process.memoryUsage.rss() - before) / 2 ** 20;
    expect(grownMiB).toBeLessThan(MOST_MIB);
  }));
