/** Are lines shown of code that has no file, where the program holds them, and marked; and none where it does not? */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { renderText } from '../../src/render/text.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { pythonFrames, threadNamed } from '../support/expectation.js';
import { isAtLeast } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const HELD = ['<made 1>', '/nowhere/ipykernel_7/1234.py'];
/** Not filled, too short, of a file, of no texts, too long. */
const NOT_HELD = ['<lazy>', '<short>', '/nowhere/was_a_file.py', '<hostile>', '<long>'];

function sourceIn(snapshot: Snapshot, thread: string, file: string) {
  return pythonFrames(threadNamed(snapshot, thread)).findLast((frame) => frame.file === file)?.source;
}

onEveryInterpreter('lines of code without a file', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'no_file.py', {}, async ({ pid }) => {
      const check = (snapshot: Snapshot) => {
        for (const name of HELD) {
          const source = sourceIn(snapshot, name, name);
          expect(source).toMatchObject({ text: `    gate(3600)  # ${name}`, status: 'linecache' });
          const { text = '', start, end } = source ?? {};
          if (isAtLeast(interpreter, 11)) expect(text.slice(start ?? 0, end ?? 0)).toBe('gate(3600)');
          else expect(start).toBeNull();
        }
        for (const name of NOT_HELD) expect(sourceIn(snapshot, name, name), name).toBeNull();
        if (isAtLeast(interpreter, 0)) {
          const example = sourceIn(snapshot, 'doctest', '<doctest examine[1]>');
          expect(example).toMatchObject({ text: '    time.sleep(3600)', status: 'linecache' });
        }
        expect(renderText(snapshot)).toContain('gate(3600)  # <made 1>  # from linecache\n');
      };
      for (const mode of MODES) check(await inspectProcess(pid, { mode }));
      const path = join(folder, 'snapshot.gz');
      await snapshotProcess(pid, path);
      check(await inspectCore(path, { sysroot: '/nonexistent' }));
    }),
  ),
);
