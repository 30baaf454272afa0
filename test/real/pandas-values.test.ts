/** Are pandas's own dates and spans shown as they are, never as the dates they derive from? Skipped where pandas is not to be had. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

const TABLES: Readonly<Record<string, string>> = {
  table: "shape=(2, 3), columns={'a': int64, 'b': object, 'c': float64}",
  mixed: "shape=(3, 2), columns={'d': datetime64[us], 'i': Int64}",
  wide: `shape=(1000, 50), columns=[${Array.from({ length: 50 }, () => 'float64').join(', ')}]`,
  empty: 'shape=(0, 0), columns=[]',
  series: "shape=(3,), name='n', dtype=int64, index=range(0, 3), values=[1, 2, 3]",
  row: '',
  zoned:
    "shape=(2,), dtype=datetime64[ns, Europe/Berlin], index=range(0, 2), values=['2023-12-31T23:00:00.000000000Z', '2024-01-01T23:00:00.000000000Z']",
  category: 'shape=(4,), dtype=category, index=range(0, 4), values=[7, 9, nan, 7]',
  password: '',
  column: "shape=(1,), name='password', dtype=object, index=range(0, 1), values=<redacted>",
  large: 'shape=(1000000,), dtype=int64, index=range(0, 1000000), values=[0, 1, 2, …]',
  index: "shape=(2,), name='k', dtype=int64, values=[3, 4]",
  counted: 'range=range(0, 100, 2)',
  dates: "shape=(2,), dtype=datetime64[s], values=['2024-01-01T00:00:00', '2024-01-02T00:00:00']",
  masked: 'shape=(2,), dtype=boolean, values=[True, <NA>]',
};

test.skipIf(interpreter === null)('moments and spans as pandas itself says', async () => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'pandas_values.py', {}, async ({ pid, ready }) => {
    const expected = ready['reprs'] as Record<string, string>;
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 1000, maxString: 100_000 } });
    const frames = snapshot.threads.flatMap(({ frames }) => frames);
    const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
    const shown = new Map(frame?.locals?.map(({ name, value }) => [name, value.repr]));
    // What has a table of its own is told by what is in it.
    const parts = new Map([...shown].map(([name, repr]) => [name, /^<[\w.]+ at 0x[0-9a-f]+: (.*)>$/s.exec(repr)?.[1]]));
    for (const [name, repr] of Object.entries(expected)) {
      if (!(name in TABLES)) expect(shown.get(name), name).toBe(repr);
      else if (name === 'row') {
        const [of, values] = ready['row'] as [string, string[]];
        const row = `shape=(3,), name=${of}, dtype=object, index=['a', 'b', 'c'], values=[${values.join(', ')}]`;
        expect(parts.get(name)).toBe(row);
      } else if (name === 'password') expect(shown.get(name)).toBe('<redacted>');
      else
        expect(parts.get(name)?.replace(/(values|index)=\[0, 1, 2, .*\]/, '$1=[0, 1, 2, …]'), name).toBe(TABLES[name]);
    }
  });
});
