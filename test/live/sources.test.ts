/**
 * Is a source line shown only when it is what runs? Files are written before the target starts, imported by it, and
 * some are changed behind its back.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { pythonFrames, threadNamed } from '../support/expectation.js';
import { isAtLeast } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const SIMPLE = 'def wait(gate):\n    gate(3600)\n';
/** Columns are bytes of UTF-8 in the interpreter, characters in the result. */
const WIDE = "def wait(gate):\n    é = '日本𠮷'; gate(3600); é = 1\n";

const FILES: Record<string, Buffer> = {
  plain: Buffer.from(SIMPLE),
  crlf: Buffer.from(SIMPLE.replaceAll('\n', '\r\n')),
  wide: Buffer.from(WIDE),
  with_bom: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(WIDE)]),
  latin: Buffer.from("# -*- coding: latin-1 -*-\ndef wait(gate):\n    é = 'ü'; gate(3600)\n", 'latin1'),
  deleted: Buffer.from(SIMPLE),
  edited: Buffer.from(SIMPLE),
  folder: Buffer.from(SIMPLE),
  fifo: Buffer.from(SIMPLE),
};

function writeModules(folder: string): void {
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const [name, bytes] of Object.entries(FILES)) {
    const file = join(folder, `${name}.py`);
    writeFileSync(file, bytes);
    utimesSync(file, longAgo, longAgo);
  }
}

function changeBehindItsBack(folder: string): void {
  for (const name of ['deleted', 'folder', 'fifo']) rmSync(join(folder, `${name}.py`));
  mkdirSync(join(folder, 'folder.py'));
  execFileSync('mkfifo', [join(folder, 'fifo.py')]);
  writeFileSync(join(folder, 'edited.py'), '# another first line\nraise SystemExit("nothing of this runs")\n');
}

onEveryInterpreter('source lines', async (interpreter) => {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-sources-'));
  try {
    writeModules(folder);
    await withProgram(interpreter, 'sources.py', { args: [folder] }, async (program) => {
      changeBehindItsBack(folder);
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        const source = (name: string) => pythonFrames(threadNamed(snapshot, name)).at(-1)?.source;
        const marked = (name: string) => {
          const { text = '', start = null, end = null } = source(name) ?? {};
          return start === null || end === null ? null : text.slice(start, end);
        };
        const call = isAtLeast(interpreter, 11) ? 'gate(3600)' : null;
        for (const name of ['plain', 'crlf']) {
          expect(source(name), name).toMatchObject({ text: '    gate(3600)', status: 'current' });
          expect(marked(name), name).toBe(call);
        }
        for (const name of ['wide', 'with_bom']) {
          expect(source(name), name).toMatchObject({ text: "    é = '日本𠮷'; gate(3600); é = 1", status: 'current' });
          expect(marked(name), name).toBe(call);
        }
        expect(source('latin')).toMatchObject({ text: "    é = 'ü'; gate(3600)", status: 'current' });
        expect(marked('latin')).toBe(call);
        for (const name of ['deleted', 'folder', 'fifo']) expect(source(name), name).toBeNull();
        // Marked as not what ran, or left out; never as truth.
        expect(source('edited')?.status ?? 'modified').toBe('modified');
      }
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
