/** How does a file appear whole or not at all? Written under another name beside it, and renamed. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { PystackError } from '../errors.js';

/** Writes or replaces `path`. Throws PystackError `output`, and then leaves nothing behind. */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const temporary = `${path}.${process.pid}.tmp`;
  let fd: number | null = null;
  try {
    fd = openSync(temporary, 'wx');
    for (const piece of pieces) {
      const bytes = Buffer.from(piece, 'utf8');
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
    closeSync(fd);
    fd = null;
    renameSync(temporary, path);
  } catch (error) {
    if (fd !== null) closeSync(fd);
    rmSync(temporary, { force: true });
    throw new PystackError('output', `${path} cannot be written`, {
      cause: error instanceof Error ? error.message : String(error),
      underlying: error,
    });
  }
}
