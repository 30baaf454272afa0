/** Are lines shown of modules that came from a zip archive, and said to be changed if that is? */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { pythonFrames, threadNamed } from '../support/expectation.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('lines of modules in archives', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'archived.py', { args: [folder] }, async ({ pid }) => {
      const check = (snapshot: Snapshot) => {
        const frame = (name: string) => pythonFrames(threadNamed(snapshot, name)).at(-1);
        for (const name of ['deflated', 'stored']) {
          expect(frame(name)?.file).toBe(join(folder, `${name}.pyz/pkg_${name}/mod.py`));
          expect(frame(name)?.source).toMatchObject({ text: `    gate(3600)  # ${name}`, status: 'current' });
        }
        expect(frame('changed')?.source).toMatchObject({ text: '    gate(3600)  # changed', status: 'modified' });
        expect(frame('gone')?.source).toBeNull();
      };
      for (const mode of MODES) check(await inspectProcess(pid, { mode }));
      const path = join(folder, 'snapshot.gz');
      await snapshotProcess(pid, path);
      check(await inspectCore(path, { sysroot: '/nonexistent' }));
    }),
  ),
);
