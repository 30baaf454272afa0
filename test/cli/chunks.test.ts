/** Is what the program does not ask for left alone, and what it asks for evaluated once, in the order of its imports? */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { programInChunks } from '../../packaging/bundle/chunks.mjs';
import { rareParts } from '../../packaging/bundle/rare-parts.mjs';

const folder = mkdtempSync(join(tmpdir(), 'pystack-chunks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCES = {
  'main.ts': `
    import { note, notes } from './notes.js';
    note('main');
    export const rare = async () => (await import('./rare.js')).rare();
    export const other = async () => (await import('./other.js')).other;
    export const never = () => import('./never.js');
    export const now = () => evaluatedNow(import('./rare.js')).rare();
    export const exists = async () => (await import('node:fs')).existsSync('/');
    export { notes };
    module.exports = { rare, now, other, never, exists, notes };`,
  'notes.ts': `
    export const notes: string[] = [];
    export function note(what: string) { notes.push(what); }`,
  'shared.ts': `
    import { basename as lastOf } from 'node:path';
    import * as path from 'node:path';
    import { note } from './notes.js';
    note('shared');
    export const $shared = lastOf('/a/b') + path.basename('/c');`,
  'rare.ts': `
    import { note } from './notes.js';
    import { $shared } from './shared.js';
    note('rare');
    const inner = () => 'rare with ' + $shared;
    export { inner as rare };`,
  'other.ts': `
    import { note } from './notes.js';
    import { $shared as theirs } from './shared.js';
    note('other');
    export default 'not asked for';
    export const other = 'other with ' + theirs;`,
  'never.ts': `
    import { note } from './notes.js';
    note('never');`,
};

async function programOf(sources: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  // That a module of either kind is both is no matter here.
  return programInChunks({ absWorkingDir: folder, entryPoints: ['main.ts'], target: 'node20', logLevel: 'error' });
}

it('a part is evaluated when it is first asked for, and once', async () => {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, await programOf(SOURCES));
  const program = createRequire(import.meta.url)(file);
  expect(program.notes).toEqual(['main']);
  expect(program.now()).toBe('rare with bc');
  expect(await program.rare()).toBe('rare with bc');
  expect(program.notes).toEqual(['main', 'shared', 'rare']);
  expect(await program.other()).toBe('other with bc');
  expect(program.notes).toEqual(['main', 'shared', 'rare', 'other']);
  expect(await program.exists()).toBe(true);
});

it('is the same wherever the checkout lies', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const texts = ['a', 'another/place/with-a-longer-name'].map(async (place) => {
    const checkout = join(folder, place);
    cpSync(join(root, 'src'), join(checkout, 'src'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    return programInChunks({
      absWorkingDir: checkout,
      preserveSymlinks: true,
      entryPoints: ['src/cli/main.ts'],
      target: 'node20',
      plugins: [rareParts(checkout)],
    });
  });
  const [one, other] = await Promise.all(texts);
  expect(one?.length).toBeGreaterThan(500_000);
  expect(other === one).toBe(true);
});
