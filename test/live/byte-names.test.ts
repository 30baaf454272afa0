/** Names that are not UTF-8 (of folders, programs, scripts, threads and cores) are bytes to the end: opened by them, and shown escaped. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { encodeBytes, systemPath } from '../../src/memory/byte-text.js';
import { renderText } from '../../src/render/text.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot } from '../../src/snapshot.js';
import { pythonFrames, pythonThreads } from '../support/expectation.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { programPath, withProgram } from '../support/target.js';

/** Latin-1 for é, as Python has it in names of files. */
const E = '\udce9';

function expectNames(snapshot: Snapshot, file: string): void {
  const [thread] = pythonThreads(snapshot);
  expect(thread?.osName).toBe(`t${E}st`);
  expect(snapshot.commandLine?.at(-1)).toBe(file);
  const frame = thread && pythonFrames(thread).at(-1);
  expect(frame).toMatchObject({
    file,
    source: { text: expect.stringContaining('time.sleep(600)'), status: 'current' },
  });
  const text = renderText(snapshot);
  // Where something imported threading, the thread has a name of Python's.
  if (thread?.name === null) expect(text).toContain(`(t\\udce9st)`);
  expect(text).toContain('d\\udce9j\\udcff');
  expect(text).not.toMatch(/\p{Cs}|\ufffd/u);
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
}

onEveryInterpreter('live, in a snapshot, and with the program in such a folder', (interpreter) => {
  const base = mkdtempSync(join(tmpdir(), 'pystack-bytes-'));
  const folder = join(base, `d${E}j\udcff`);
  const file = join(folder, `n${E}.py`);
  mkdirSync(systemPath(folder));
  copyFileSync(programPath('byte_names.py'), systemPath(file));
  // Node.js cannot give a program such a word; a shell can.
  const octal = (path: string) =>
    [...encodeBytes(path)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const through = ['sh', '-c', `exec "$0" "$(printf '${octal(file)}')"`];
  return withProgram(interpreter, 'byte_names.py', { through, environment: { LC_ALL: 'C.UTF-8' } }, async ({ pid }) => {
    expectNames(await inspectProcess(pid), file);
    const core = join(folder, `s${E}.core`);
    const saved = await snapshotProcess(pid, core);
    expect(saved.path).toBe(core);
    const kept = await inspectCore(core);
    expectNames(kept, file);
    expect(kept.core?.path).toBe(core);
  }).finally(() => rmSync(base, { recursive: true }));
});
