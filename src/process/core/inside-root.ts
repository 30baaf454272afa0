/**
 * Where does a path of another machine lead inside a copy of its file system? Symbolic links there mean files there.
 */
import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBytes, systemPath } from '../../memory/byte-text.js';

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/**
 * The path on this machine of what `path` (absolute, in the other machine's terms) names, every symbolic link on the
 * way resolved inside `root`, never leaving it. null: it does not exist there, or cannot be (a name that is too long).
 */
export function resolveInside(root: string, path: string): string | null {
  try {
    return follow(root, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/** Throws the system's errors. */
function follow(root: string, path: string): string | null {
  let rest = path.split('/').filter((part) => part !== '' && part !== '.');
  let resolved: string[] = [];
  let links = 0;
  while (rest.length > 0) {
    const [part = '', ...others] = rest;
    rest = others;
    if (part === '..') {
      resolved = resolved.slice(0, -1);
      continue;
    }
    const here = join(root, ...resolved, part);
    const stat = lstatSync(systemPath(here), { throwIfNoEntry: false });
    if (!stat) return null;
    if (!stat.isSymbolicLink()) {
      resolved.push(part);
      continue;
    }
    if (++links > MAX_LINKS) return null;
    const target = decodeBytes(readlinkSync(systemPath(here), 'buffer'));
    if (target.startsWith('/')) resolved = [];
    rest = [...target.split('/').filter((piece) => piece !== '' && piece !== '.'), ...rest];
  }
  return join(root, ...resolved);
}
