/**
 * What happens once around the whole run? The interpreters are found once for all test processes, and at the end the
 * run says on which of them anything was tested, and which were found and left out, and why.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COVERED_FILE_VARIABLE, DISCOVERY_FILE_VARIABLE, type Discovery, discover } from './interpreters.js';

/** Called by vitest before the first test; what it returns, after the last. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-suite-'));
  const discoveryFile = join(folder, 'interpreters.json');
  const coveredFile = join(folder, 'covered');
  const found = discover();
  writeFileSync(discoveryFile, JSON.stringify(found));
  writeFileSync(coveredFile, '');
  // The test processes inherit these.
  process.env[DISCOVERY_FILE_VARIABLE] = discoveryFile;
  process.env[COVERED_FILE_VARIABLE] = coveredFile;
  return () => {
    process.stdout.write(report(found, readFileSync(coveredFile, 'utf8')));
    rmSync(folder, { recursive: true });
  };
}

function report(found: Discovery, covered: string): string {
  const starts = new Map<string, number>();
  for (const label of covered.split('\n').filter(Boolean)) starts.set(label, (starts.get(label) ?? 0) + 1);
  const lines = ['', 'Interpreters (programs started on each):'];
  for (const { label, executable } of found.interpreters) {
    lines.push(`  ${String(starts.get(label) ?? 0).padStart(5)}  ${label.padEnd(24)} ${executable}`);
  }
  if (found.interpreters.length === 0) lines.push('      none found: every live test was skipped');
  for (const { executable, version, reason } of found.skipped) {
    lines.push(`   left out ${executable}${version ? ` (${version})` : ''}: ${reason}`);
  }
  return `${lines.join('\n')}\n\n`;
}
