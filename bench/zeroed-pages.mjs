// Is anything told that is not so, where one page of a core holds only zeros? A real core of the kernel, each page that is read
// of it in turn: node bench/zeroed-pages.mjs [PYTHON ...]. ZEROED_STEP (1): every so many pages; ZEROED_PROGRAM (crossings.py);
// ZEROED_LOCALS=0: without variables. // Ends with 1 when something was wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelCore } from './kernel-core.mjs';
import { importTypeScript } from './typescript.mjs';

const { pageByPage } = await importTypeScript('../test/core/zeroed-pages.ts');
const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['python3'];
const step = Number(process.env.ZEROED_STEP ?? 1);
const program = process.env.ZEROED_PROGRAM ?? 'crossings.py';

for (const python of pythons) {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-zeroed-'));
  try {
    const version = execFileSync(python, ['-c', 'import platform; print(platform.python_version())'], {
      encoding: 'utf8',
    });
    const core = await kernelCore(python, program, ['3', '8'], folder);
    const { pages, wrong } = await pageByPage(core, { step, locals: process.env.ZEROED_LOCALS !== '0' });
    console.log(`${version.trim()}: ${pages} pages, ${wrong.length} wrong`);
    for (const what of wrong.slice(0, 200)) console.log(`  ${what}`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
