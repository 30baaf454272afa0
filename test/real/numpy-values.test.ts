/** What of numpy arrays and scalars is shown? Type, shape and first values. Skipped where numpy is not to be had. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import type { Snapshot } from '../../src/snapshot.js';
import { gcore, noGcore, withFolder } from '../support/cores.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

test.skipIf(interpreter === null)('arrays and scalars', async () => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'locals_numpy.py', {}, async ({ pid, ready }) => {
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 8 } });
    expect(snapshot.warnings).toEqual([]);
    const localsOf = (name: string) => {
      const frame = snapshot.threads
        .flatMap(({ frames }) => frames)
        .find((each) => each.kind === 'python' && each.function === name);
      if (frame?.kind !== 'python') throw new Error('no frame');
      return frame.locals ?? [];
    };
    const module = /^1\./.test(String(ready['numpy'])) ? 'numpy.ma.core' : 'numpy.ma';
    const shown = localsOf('hold').map(({ name, value }) => `${name}: ${value.repr.replace(/ at 0x[0-9a-f]+/g, '')}`);
    expect(shown).toEqual([
      'line: <numpy.ndarray dtype=int64 shape=(5,): [0, 1, 2, 3, 4]>',
      'table: <numpy.ndarray dtype=float64 shape=(2, 3): [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]>',
      'turned: <numpy.ndarray dtype=float64 shape=(3, 2): [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]>',
      'backwards: <numpy.ndarray dtype=int64 shape=(2, 5): [4, 3, 2, 1, 0, 14, 13, 12, … (2 more)]>',
      'spread: <numpy.ndarray dtype=int64 shape=(2, 3): [0, 1, 2, 0, 1, 2]>',
      'small: <numpy.ndarray dtype=float32 shape=(3,): [0.1, 1e+30, -0.0]>',
      'half: <numpy.ndarray dtype=float16 shape=(2,): [0.1, 65500.0]>',
      'wide: <numpy.ndarray dtype=float128 shape=(2,): [0.5, 2.0]>',
      'flags: <numpy.ndarray dtype=bool shape=(2,): [True, False]>',
      "words: <numpy.ndarray dtype=U3 shape=(2,): ['ab', 'cde']>",
      "octets: <numpy.ndarray dtype=S2 shape=(2,): [b'ab', b'c']>",
      "void: <numpy.ndarray dtype=V4 shape=(1,): [b'abcd']>",
      'objects: <numpy.ndarray dtype=object shape=(2,): [None, [1]]>',
      'pairs: <numpy.ndarray dtype=complex128 shape=(1,): [(1+2j)]>',
      'pairs_32: <numpy.ndarray dtype=complex64 shape=(1,): [(0.1+2j)]>',
      'big_endian: <numpy.ndarray dtype=>int32 shape=(2,): [1, -2]>',
      "big_words: <numpy.ndarray dtype=>U2 shape=(2,): ['ab', 'é']>",
      "big_days: <numpy.ndarray dtype=>datetime64[s] shape=(1,): ['2024-01-01T00:00:00']>",
      'none: <numpy.ndarray dtype=float64 shape=(0, 3): []>',
      'point: <numpy.ndarray dtype=int64 shape=(): 7>',
      "object_point: <numpy.ndarray dtype=object shape=(): {'a': 1}>",
      'large: <numpy.ndarray dtype=uint8 shape=(1000000,): [0, 0, 0, 0, 0, 0, 0, 0, … (999992 more)]>',
      'larger: <numpy.ndarray dtype=int8 shape=(2147483648, 2147483648): [1, 1, 1, 1, 1, 1, 1, 1, … (4611686018427387896 more)]>',
      "days: <numpy.ndarray dtype=datetime64[D] shape=(2,): ['2024-01-01', NaT]>",
      "nanoseconds: <numpy.ndarray dtype=datetime64[ns] shape=(1,): ['1969-12-31T23:59:59.999999999']>",
      'spans: <numpy.ndarray dtype=timedelta64[25s] shape=(2,): [1, NaT]>',
      "records: <numpy.ndarray dtype=[('x', '<i4'), ('y', '<f8'), ('z', '<U3')] shape=(2,): [(1, 2.5, 'a'), (3, 4.5, 'b')]>",
      "deep: <numpy.ndarray dtype=[('p', [('a', '<i2'), ('b', '>f4')]), ('sub', '<i4', (2, 2))] shape=(1,): [((0, 0.0), [[0, 0], [0, 0]])]>",
      "logins: <numpy.ndarray dtype=[('password', '|S3'), ('id', '<i4')] shape=(1,): [(<redacted>, 1)]>",
      `masked: <${module}.MaskedArray dtype=int64 shape=(3,): [1, --, 3]>`,
      `unmasked: <${module}.MaskedArray dtype=float64 shape=(2,): [1.5, 2.0]>`,
      `all_masked: <${module}.MaskedArray dtype=int64 shape=(1, 2): [--, --]>`,
      `masked_records: <${module}.MaskedArray dtype=[('a', '<i4'), ('b', '<i4')] shape=(1,)>`,
      'is_masked: masked',
      'mine: <__main__.Mine dtype=int64 shape=(3,): [0, 1, 2]>',
      'itself: <numpy.ndarray dtype=object shape=(1,): [<numpy.ndarray dtype=object shape=(1,)>]>',
    ]);
    const reprs = ready['reprs'] as Record<string, string>;
    const isSecond = !/^1\./.test(String(ready['numpy']));
    const own = Object.fromEntries(localsOf('scalars').map(({ name, value }) => [name, value.repr]));
    if (isSecond) expect(own).toEqual(reprs);
    else expect(Object.keys(own)).toEqual(Object.keys(reprs));
  });
});

test.skipIf(interpreter === null)('strings of any length', async (context) => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'numpy_strings.py', {}, async ({ pid, ready }) => {
    if (ready['none'] === true) return context.skip('this numpy has no StringDType');
    const snapshot = await inspectProcess(pid, { locals: {} });
    const frames = snapshot.threads.flatMap(({ frames }) => frames);
    const frame = frames.find((each) => each.kind === 'python' && each.function === 'hold');
    if (frame?.kind !== 'python') throw new Error('no frame');
    const shown = frame.locals?.map(({ name, value }) => [name, value.repr.replace(/^<.*?: |>$/g, '')]);
    const long = `'${'é'.repeat(200)}'`;
    expect(Object.fromEntries(shown ?? [])).toEqual({
      words: `['a', 'rather more than fifteen characters', ${long}, '', ${long}… (300 characters)]`,
      replaced: "['replaced by something that is longer than it was', 'short']",
      missing: "['a', None]",
    });
  });
});

test.skipIf(interpreter === null || noGcore !== null)('elements that are in a mapped file are in no core', async () => {
  if (interpreter === null) return;
  await withFolder((folder) =>
    withProgram(interpreter, 'numpy_mapped.py', { args: [join(folder, 'elements')] }, async ({ pid }) => {
      const shownOf = ({ threads }: Snapshot) => {
        const frames = threads.flatMap(({ frames }) => frames);
        const frame = frames.find((each) => each.kind === 'python' && each.function === 'hold');
        const locals = frame?.kind === 'python' ? (frame.locals ?? []) : [];
        return locals.map(({ name, value }) => [name, value.repr.replace(/ at 0x[0-9a-f]+/g, ''), value.problem]);
      };
      const own = ['own', '<numpy.ndarray dtype=int64 shape=(3,): [0, 1, 2]>', undefined];
      expect(shownOf(await inspectProcess(pid, { locals: {} }))).toEqual([
        ['mapped', '<numpy.memmap dtype=int32 shape=(2, 3): [7, 7, 7, 7, 7, 7]>', undefined],
        ['part', '<numpy.memmap dtype=int32 shape=(3,): [7, 7, 7]>', undefined],
        own,
      ]);
      const core = await inspectCore(gcore(pid, folder), { locals: {} });
      const missing = expect.stringMatching(/not in the core file/);
      expect(shownOf(core)).toEqual([
        ['mapped', '<numpy.memmap dtype=int32 shape=(2, 3)>', missing],
        ['part', '<numpy.memmap dtype=int32 shape=(3,)>', missing],
        own,
      ]);
      expect(core.warnings.map(({ code }) => code)).toContain('value-unreadable');
    }),
  );
});
