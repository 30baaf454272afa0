/**
 * How does a core come onto the disk whole or not at all? Under a temporary name beside the final one, synced, renamed.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PystackError } from '../errors.js';
import { decodeBytes, systemPath } from '../memory/byte-text.js';

/** Written at a time; between two, whoever gave a signal is heard. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The file that writing to `path` would make or replace: where symbolic links lead. Nothing is changed. Throws PystackError
 * `output` when the folder is not there, or something else than a file has the name.
 */
export function outputFile(path: string): string {
  try {
    if (!existsAt(path)) return join(realPath(dirname(path)), basename(path));
    const real = realPath(path);
    if (statSync(systemPath(real)).isFile()) return real;
  } catch (error) {
    throw cannotWrite(path, error);
  }
  throw cannotWrite(path, 'it exists and is not a regular file');
}

/**
 * Writes the pieces as the file `path`, readable by its owner only (it holds a process's memory), gzipped where the name
 * ends in `.gz`. Replaces what was there. Resolves to the bytes written. Rejects with PystackError `output`, or the reason
 * of `signal` once that is aborted; then nothing is left and what was there is as it was.
 */
export async function saveCore(path: string, pieces: readonly Uint8Array[], signal?: AbortSignal): Promise<number> {
  const final = outputFile(path);
  const content = final.endsWith('.gz') ? [gzipSync(Buffer.concat(pieces), { level: 9 })] : pieces;
  const temporary = join(dirname(final), `.pystack-${randomUUID()}`);
  try {
    const written = await writeSynced(temporary, content, signal);
    signal?.throwIfAborted();
    await rename(systemPath(temporary), systemPath(final));
    syncFolder(dirname(final));
    return written;
  } catch (error) {
    removeIfThere(temporary);
    throw signal?.aborted ? signal.reason : cannotWrite(path, error);
  }
}

async function writeSynced(path: string, pieces: readonly Uint8Array[], signal?: AbortSignal): Promise<number> {
  signal?.throwIfAborted();
  const file = await open(systemPath(path), 'wx', 0o600);
  let written = 0;
  try {
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; ) {
        signal?.throwIfAborted();
        const chunk = Math.min(CHUNK_BYTES, piece.length - done);
        const { bytesWritten } = await file.write(piece, done, chunk);
        done += bytesWritten;
      }
      written += piece.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return written;
}

/** So that the new name, too, survives a power cut. */
function syncFolder(folder: string): void {
  const fd = openSync(systemPath(folder), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where symbolic links lead. */
function realPath(path: string): string {
  return decodeBytes(realpathSync.native(systemPath(path), 'buffer'));
}

function existsAt(path: string): boolean {
  return statSync(systemPath(path), { throwIfNoEntry: false }) !== undefined;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(systemPath(path));
  } catch (error) {
    // Where the folder cannot be written to, or is none, nothing was made.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

function cannotWrite(path: string, why: unknown): PystackError {
  return new PystackError('output', `${path} cannot be written`, {
    cause: why instanceof Error ? why.message : String(why),
    nextStep: 'choose another place with -o',
    underlying: why,
  });
}
