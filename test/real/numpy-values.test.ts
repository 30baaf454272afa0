/** What of numpy arrays and scalars is shown? Type, shape and first values. Skipped where numpy is not to be had. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

test.skipIf(interpreter === null)('arrays and scalars', async () => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'locals_numpy.py', {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 8 } });
    const frame = snapshot.threads
      .flatMap(({ frames }) => frames)
      .find((each) => each.kind === 'python' && each.function === 'hold');
    if (frame?.kind !== 'python') throw new Error('no frame');
    const shown = frame.locals?.map(({ name, value }) => `${name}: ${value.repr.replace(/ at 0x[0-9a-f]+/, '')}`);
    expect(shown).toEqual([
      'line: <numpy.ndarray dtype=int64 shape=(5,): [0, 1, 2, 3, 4]>',
      'table: <numpy.ndarray dtype=float64 shape=(2, 3): [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]>',
      'turned: <numpy.ndarray dtype=float64 shape=(3, 2): [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]>',
      'small: <numpy.ndarray dtype=float32 shape=(3,): [0.1, 1e+30, -0.0]>',
      'half: <numpy.ndarray dtype=float16 shape=(2,): [0.1, 65500.0]>',
      'flags: <numpy.ndarray dtype=bool shape=(2,): [True, False]>',
      "words: <numpy.ndarray dtype=U3 shape=(2,): ['ab', 'cde']>",
      'objects: <numpy.ndarray dtype=object shape=(2,): [None, [1]]>',
      'pairs: <numpy.ndarray dtype=complex128 shape=(1,): [(1+2j)]>',
      'none: <numpy.ndarray dtype=float64 shape=(0, 3): []>',
      'point: <numpy.ndarray dtype=int64 shape=(): [7]>',
      'large: <numpy.ndarray dtype=uint8 shape=(1000000,): [0, 0, 0, 0, 0, 0, 0, 0, … (999992 more)]>',
      'scalar: np.float64(1.5)',
      'single: np.float32(0.1)',
      'whole: np.int64(-3)',
      expect.stringMatching(/^truth: np\.bool_?\(True\)$/),
      "text: np.str_('abc')",
      "octets: np.bytes_(b'abc')",
    ]);
  });
});
