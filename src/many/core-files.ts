/** Which core files are meant? Files, all cores in folders, and all that systemd keeps. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PystackError } from '../errors.js';
import { decodeBytes, systemPath } from '../memory/byte-text.js';
import { sniff } from '../process/core/sniff.js';
import { storedCores } from '../process/core/systemd.js';
import { errnoOf } from '../process/live/proc-files.js';

/** Whether the two words after `pystack core` are two cores, and not one with its program. */
export function isCoreOrFolder(path: string): boolean {
  try {
    if (statSync(systemPath(path)).isDirectory()) return true;
    const kind = sniff(path);
    return kind === 'core' || kind === 'packed';
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(systemPath(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/**
 * The files given, and in place of each folder the cores directly in it, by name. Throws PystackError `file-not-found`
 * for a folder that has none, `file-unreadable` for one that cannot be listed.
 */
export function expandCoreFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => (isFolder(path) ? coresIn(path) : [path]));
}

function coresIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(systemPath(folder), 'buffer').map(decodeBytes).sort();
  } catch (error) {
    throw new PystackError('file-unreadable', `the folder ${folder} cannot be read`, {
      cause: error instanceof Error ? error.message : undefined,
      underlying: error,
    });
  }
  const cores = names.map((name) => join(folder, name)).filter(isCoreIn);
  if (cores.length > 0) return cores;
  throw new PystackError('file-not-found', `there is no core file in the folder ${folder}`, {
    cause: `None of its ${names.length} entries is a core by its first bytes, or packed and called one.`,
    nextStep: 'name the files; folders in it are not searched',
  });
}

/** Of what is packed only its name can say that it is a core, as systemd and most others call it. */
function isCoreIn(path: string): boolean {
  try {
    if (!statSync(systemPath(path)).isFile()) return false;
    const kind = sniff(path);
    return kind === 'core' || (kind === 'packed' && /core/i.test(path.slice(path.lastIndexOf('/') + 1)));
  } catch (error) {
    // What may not be read is a core for all we know: it is tried, and the reason told.
    if (errnoOf(error) === 'EACCES') return true;
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/** All of systemd's cores that match, newest first. Throws PystackError as `--systemd` does. */
export function systemdCores(match: string | null): string[] {
  return storedCores(match).map(({ path }) => path);
}
