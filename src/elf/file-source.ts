/**
 * How are ranges of a file read without reading the file? One descriptor, positioned reads. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemPath } from '../memory/byte-text.js';
import type { ByteSource } from './byte-source.js';

/** A file that is not a regular one: reading it could block or have effects. */
export class NotARegularFile extends Error {
  override readonly name = 'NotARegularFile';
  constructor(path: string) {
    super(`${path} is not a regular file`);
  }
}

/** Facts about an open file that name it. */
export interface FileIdentity {
  /** `major:minor` in hexadecimal as /proc/<pid>/maps writes it. */
  readonly device: string;
  readonly inode: number;
  readonly mtimeMs: number;
}

export interface FileSource extends ByteSource {
  readonly identity: FileIdentity;
  readonly fd: number;
  readInto(offset: number, into: Uint8Array): number;
}

/**
 * Opens a regular file for range reads; `name` is for messages (default: the path). Never blocks: a FIFO or device is
 * refused with {@link NotARegularFile}. Throws the system's error (`code`: ENOENT, EACCES, …) when it cannot be opened.
 */
export function openFileSource(path: string, name = path): FileSource {
  // Without O_NONBLOCK, opening a FIFO waits for its writer for ever.
  const fd = openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  let stat: ReturnType<typeof fstatSync>;
  try {
    stat = fstatSync(fd);
    if (!stat.isFile()) throw new NotARegularFile(name);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let open = true;
  const readInto = (offset: number, into: Uint8Array): number => {
    if (!open || !(offset >= 0) || offset >= stat.size) return 0;
    const wanted = Math.min(into.length, stat.size - offset);
    let got = 0;
    while (got < wanted) {
      const n = readSync(fd, into, got, wanted - got, offset + got);
      // Shortened since it was opened.
      if (n === 0) break;
      got += n;
    }
    return got;
  };
  return {
    name,
    fd,
    size: stat.size,
    identity: { device: formatDevice(stat.dev), inode: stat.ino, mtimeMs: stat.mtimeMs },
    read(offset, length) {
      if (!open || !(offset >= 0) || !(length > 0) || offset >= stat.size) return new Uint8Array(0);
      const bytes = unfilled(Math.min(length, stat.size - offset));
      const got = readInto(offset, bytes);
      return got === bytes.length ? bytes : bytes.subarray(0, got);
    },
    readInto,
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/**
 * st_dev in the notation of /proc/<pid>/maps. glibc's encoding (which the kernel's stat uses as well, new_encode_dev):
 * minor in bits 0-7 and 20-31, major in bits 8-19.
 */
function formatDevice(dev: number): string {
  const major = Math.floor(dev / 0x100) % 0x1000;
  const minor = (dev % 0x100) + Math.floor(dev / 0x100000) * 0x100;
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

/** Memory of its own that need not be zeroed, for every byte of it is about to be written. */
function unfilled(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer, 0, length);
}
