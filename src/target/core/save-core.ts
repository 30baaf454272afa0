/**
 * How does a core come onto the disk whole or not at all? Under a temporary name beside the final one, synced, renamed.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PystackError } from '../../errors.js';

/**
 * Writes the pieces as the file `path`, readable by its owner only (it holds a process's memory), gzipped where the name
 * ends in `.gz`. Replaces what was there. Returns the bytes written. Throws PystackError `output`, leaving nothing.
 */
export function saveCore(path: string, pieces: readonly Uint8Array[]): number {
  const content = path.endsWith('.gz') ? [gzipSync(Buffer.concat(pieces), { level: 9 })] : pieces;
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  let written = 0;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      for (const piece of content) {
        for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
        written += piece.length;
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeIfThere(temporary);
    throw new PystackError('output', `${path} cannot be written`, {
      cause: error instanceof Error ? error.message : String(error),
      nextStep: 'choose another place with -o',
      underlying: error,
    });
  }
  return written;
}

/** So that the new name, too, survives a power cut. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
