/** Does the page say what the run saw, and does a program run from another place without being another program? */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { relocateProgram } from '../../scripts/relocate-program.mjs';
import { ElfFile } from '../../src/elf/elf-file.js';
import { openFileSource } from '../../src/elf/file-source.js';
import { type Cell, DETAILS, WAYS } from './cells.js';
import { renderPage } from './page.js';

test('each cell is on the page, and each reason below', () => {
  const cells = new Map<string, Cell>(
    WAYS.flatMap((way) => DETAILS.map((detail): [string, Cell] => [`${way} ${detail}`, { state: 'green' }])),
  );
  cells.set('gcore plain', { state: 'failed', reason: 'a line is wrong' });
  cells.set('--no-block --native', { state: 'refused', reason: 'only stopped threads show that' });
  const page = renderPage({
    rows: [{ name: '3.15.0 (static)', cells }],
    strangers: [{ name: 'PyPy', said: 'exit 1: runs PyPy', asDesigned: true }],
    missing: [{ name: 'musl', reason: 'no compiler' }],
  });
  expect(page).toContain('| 3.15.0 (static) | ✓ ✓ ✓ | ✓ ✓ refused | ✓ ✓ ✓ | ✗ ✓ ✓ | ✓ ✓ ✓ |');
  expect(page).toContain('- a line is wrong:\n  - 3.15.0 (static): gcore plain\n');
  expect(page).toContain('- only stopped threads show that:\n  - 3.15.0 (static): --no-block --native\n');
  expect(page).toContain('- PyPy: refused. `exit 1: runs PyPy`');
  expect(page).toContain('- musl: no compiler.');
});

test('a relocated program has the code, data and addresses it had', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-relocate-'));
  try {
    const [original, copy] = [realpathSync('/bin/true'), join(folder, 'true')];
    copyFileSync(original, copy);
    const loader = interpreterOf(original);
    relocateProgram(copy, realpathSync(loader), '/usr/lib');
    execFileSync(copy);
    expect(interpreterOf(copy)).toBe(realpathSync(loader));
    const [before, after] = [loadsOf(original), loadsOf(copy)];
    expect(after.map(({ vaddr, offset }) => [vaddr, offset])).toEqual(
      before.map(({ vaddr, offset }) => [vaddr, offset]),
    );
    const text = after.find(({ flags }) => (flags & 1) !== 0);
    const bytes = (file: string) =>
      readFileSync(file).subarray(text?.offset ?? 0, (text?.offset ?? 0) + (text?.filesz ?? 0));
    expect(bytes(copy).equals(bytes(original))).toBe(true);
    writeFileSync(copy, 'no program');
    expect(() => relocateProgram(copy, loader, '/usr/lib')).toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function loadsOf(file: string) {
  const source = openFileSource(file);
  try {
    return new ElfFile(source).segments.filter(({ type }) => type === 1);
  } finally {
    source.close();
  }
}

/** What PT_INTERP names. */
function interpreterOf(file: string): string {
  const bytes = readFileSync(file);
  const source = openFileSource(file);
  try {
    const found = new ElfFile(source).segments.find(({ type }) => type === 3);
    return bytes.toString('latin1', found?.offset ?? 0, (found?.offset ?? 0) + (found?.filesz ?? 1) - 1);
  } finally {
    source.close();
  }
}
