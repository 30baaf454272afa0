// Every word that the values of a small program's core take, replaced one at a time by each kind of garbage:
// node bench/trashed-words.mjs [PYTHON ...] (default: python3). TRASH_VALUES (150): how many values it holds;
// TRASH_SECONDS (3600): stop after so long. Ends with 1 when something was wrong.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importTypeScript } from './typescript.mjs';

const { trashWordsOf } = await importTypeScript('../test/locals/trashed-words.ts');
const program = fileURLToPath(new URL('../test/programs/locals_oracle.py', import.meta.url));
const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['python3'];

for (const python of pythons) {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-trash-'));
  const args = [program, join(folder, 'expected.json'), '9', process.env.TRASH_VALUES ?? '150'];
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    execFileSync('gcore', ['-o', join(folder, 'core'), `${child.pid}`], { stdio: 'ignore' });
    const found = await trashWordsOf(join(folder, `core.${child.pid}`), {
      drawn: null,
      withinMs: 1000 * Number(process.env.TRASH_SECONDS ?? 3600),
      say: (done) => process.stderr.write(`${python}: ${done}\n`),
    });
    const { values, words, trials, changed, slowestMs, wrong } = found;
    process.stdout.write(
      `${python}: ${values} values of ${words} words, ${trials} trials, ${changed} values changed, ` +
        `slowest ${slowestMs.toFixed(1)} ms, ${wrong.length} wrong\n${wrong.map((line) => `  ${line}\n`).join('')}`,
    );
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
