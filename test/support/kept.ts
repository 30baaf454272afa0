/**
 * What takes long to make and comes out the same each time, where is it kept? In the cache folder of this machine, under
 * a name made of all that it depends on: of the same nothing is made twice, in whichever checkout, and of what has changed
 * nothing old is taken.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE } from '../../packaging/cache-folder.mjs';

/**
 * The file of that kind that depends on `parts` alone; `make` writes it to the path it is given unless it is here
 * already. Throws what `make` throws, and then nothing is kept.
 */
export function keptFile(kind: string, parts: readonly string[], make: (path: string) => void): string {
  const path = pathFor(kind, parts);
  if (existsSync(path)) return path;
  const partial = `${path}.partial-${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    make(partial);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return path;
}

function pathFor(kind: string, parts: readonly string[]): string {
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
  return join(CACHE, 'tests', kind, key);
}

/** What a small file holds, for {@link keptFile}'s parts. */
export function textOf(path: string): string {
  return readFileSync(path, 'latin1');
}

/** What tells an installed file from any other of its name, for {@link keptFile}'s parts: reading all of it takes long. */
export function identityOf(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return `${path} ${size} ${mtimeMs} ${ino}`;
}
