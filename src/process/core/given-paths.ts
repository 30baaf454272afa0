/** Is everything there that was named besides the core? A mistyped path must not count as "nothing was found in it". */
import { statSync } from 'node:fs';
import { PystackError } from '../../errors.js';
import { systemPath } from '../../memory/byte-text.js';

/** Throws PystackError `file-not-found`. */
export function requireGivenPaths(given: {
  readonly executable?: string | null;
  readonly libSearchPath?: readonly string[];
  readonly libSearchRoot?: string | null;
}): void {
  const { executable = null, libSearchPath = [], libSearchRoot = null } = given;
  if (executable !== null && !statSync(systemPath(executable), { throwIfNoEntry: false })) {
    throw new PystackError('file-not-found', `there is no file ${executable}`, {
      cause: 'It was named as the program that made the core.',
      nextStep: 'check the path, or leave it out: it is found from the core',
    });
  }
  for (const folder of libSearchPath) requireFolder(folder, '--lib-search-path');
  if (libSearchRoot !== null) requireFolder(libSearchRoot, '--lib-search-root');
}

function requireFolder(path: string, option: string): void {
  const found = statSync(systemPath(path), { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const what = found ? `${path} is not a folder` : `there is no folder ${path}`;
  throw new PystackError('file-not-found', what, {
    cause: `${option} names where the core's libraries are looked for.`,
    nextStep: 'check the path',
  });
}
