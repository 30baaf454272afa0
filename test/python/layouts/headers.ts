/**
 * Whose headers are on this machine? Beside every interpreter found (or left out by the rest of the suite), in
 * /usr/include, and in the folders named by PYSTACK_TEST_HEADERS (colon-separated, each holding a Python.h).
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { discovery } from '../../support/interpreters.js';
import { type Headers, headersAt } from './offsetof.js';

export interface Found {
  /** One of each version and flavour. */
  readonly headers: readonly Headers[];
  /** Interpreters without (internal) headers: executables. */
  readonly without: readonly string[];
}

export function findHeaders(): Found {
  const { interpreters, skipped } = discovery();
  const executables = [...interpreters, ...skipped].map(({ executable }) => executable);
  const without = executables.filter((path) => includesBeside(path).every((folder) => headersAt(folder) === null));
  const folders = [
    ...(process.env['PYSTACK_TEST_HEADERS'] ?? '').split(':').filter(Boolean),
    ...executables.flatMap(includesBeside),
    ...pythonsIn('/usr/include'),
  ];
  const headers = new Map<string, Headers>();
  for (const folder of folders) {
    const found = headersAt(folder);
    if (found) headers.set(realpathSync(folder), found);
  }
  return { headers: [...headers.values()].sort(byVersion), without };
}

/** `<prefix>/include/python3.x` of `<prefix>/bin/python3.x`. */
function includesBeside(executable: string): string[] {
  const minor = /python(\d\.\d+)/.exec(executable)?.[1];
  return pythonsIn(join(dirname(dirname(executable)), 'include')).filter((folder) => !minor || folder.includes(minor));
}

function pythonsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^python\d\.\d+\w*$/.test(name))
    .map((name) => join(folder, name));
}

function byVersion(a: Headers, b: Headers): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}
