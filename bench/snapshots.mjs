// How large is a snapshot, beside what gcore writes of the same process?
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withTarget } from './bench-target.mjs';
import { findProgram, OURS } from './tools.mjs';

const ASKED = [[], ['--native'], ['--locals'], ['--no-block', '--native', '--locals']];

/** Writes a table for each size with `report`, { table, print }. */
export async function benchSnapshots({ table, print }, sizes) {
  const gcore = findProgram('gcore');
  if (!gcore) return print('\nSnapshots: not measured, for there is no gcore to compare with (it comes with gdb)');
  const folder = mkdtempSync(join(tmpdir(), 'pystack-bench-snapshots-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    for (const { threads, depth } of sizes) {
      await withTarget({ threads, depth }, async (pid) => {
        execFileSync(gcore, ['-o', join(folder, 'core'), `${pid}`], { stdio: 'ignore' });
        const core = join(folder, `core.${pid}`);
        const whole = statSync(core).size;
        rmSync(core);
        const rows = [['gcore', kibibytes(whole), '100 %']];
        for (const asked of ASKED) {
          const file = join(folder, 'snapshot');
          execFileSync(process.execPath, [OURS, 'snapshot', ...asked, '-o', file, `${pid}`], { stdio: 'ignore' });
          const { size } = statSync(file);
          rmSync(file);
          rows.push([['snapshot', ...asked].join(' '), kibibytes(size), `${((100 * size) / whole).toFixed(2)} %`]);
        }
        print(`\nSnapshot: ${threads} threads of ${depth} frames`);
        table(['', 'KiB', 'of gcore'], rows);
      });
    }
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

const kibibytes = (bytes) => (bytes / 1024).toFixed(0);
