/**
 * How is a packed core read? Unpacked once, as a stream, into a temporary file that has no name any more: however this
 * process ends, it is gone. Pages of zeros become holes.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { ByteSource } from '../../elf/byte-source.js';
import { openFileSource } from '../../elf/file-source.js';
import { hasElfMagic } from '../../elf/header.js';
import { PystackError } from '../../errors.js';
import type { Format } from './packing.js';

export interface DecompressOptions {
  /** Where to unpack to; default: the system's folder for temporary files (TMPDIR), else memory (/dev/shm). */
  readonly temporaryFolder?: string;
  /** Told now and then how many of the packed bytes were read. */
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/** The Debian package (elsewhere mostly of the same name) that has the program. */
const PACKAGES: Record<Exclude<Format, 'gzip'>, string> = {
  zstd: 'zstd',
  xz: 'xz-utils',
  lz4: 'lz4',
  bzip2: 'bzip2',
};

/**
 * The unpacked bytes of `original`, which is closed, and in `problem` why they end early if they do. Throws PystackError
 * `decompression`, and `not-a-core` when what is packed is no ELF file.
 */
export async function unpacked(
  original: ByteSource,
  path: string,
  format: Format,
  options: DecompressOptions,
): Promise<{ source: ByteSource; problem: string | null }> {
  const scratch = openScratch(scratchFolders(options));
  try {
    const problem = await unpack(original, path, format, scratch, options);
    if (scratch.written === 0) {
      throw new PystackError('decompression', `nothing of ${path} can be unpacked (${format})`, {
        cause: problem ?? 'It holds no data.',
        nextStep: 'copy it again; it may have been cut short',
      });
    }
    ftruncateSync(scratch.fd, scratch.written);
    // The name is gone, the file is not: /proc opens it once more, for reading.
    return { source: openFileSource(`/proc/self/fd/${scratch.fd}`, path), problem };
  } finally {
    closeSync(scratch.fd);
    original.close();
  }
}

const INPUT_BYTES = 256 * 1024;

function* chunksOf(source: ByteSource, onProgress: DecompressOptions['onProgress']): Generator<Uint8Array> {
  for (let at = 0; at < source.size; ) {
    const chunk = source.read(at, INPUT_BYTES);
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
    onProgress?.({ doneBytes: at, totalBytes: source.size });
  }
}

interface Scratch {
  readonly fd: number;
  readonly folder: string;
  written: number;
}

/**
 * __O_TMPFILE, which Node does not name: a file that never has a name, so that not even SIGKILL leaves one behind.
 * https://elixir.bootlin.com/linux/v6.6/source/include/uapi/asm-generic/fcntl.h#L89
 */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** What containers have where nothing else can be written. https://man7.org/linux/man-pages/man7/shm_overview.7.html */
const IN_MEMORY = '/dev/shm';

/** Where temporary files are made, in that order. */
export function scratchFolders({ temporaryFolder }: DecompressOptions): readonly [string, ...string[]] {
  return temporaryFolder === undefined ? [tmpdir(), IN_MEMORY] : [temporaryFolder];
}

/** In the first of the folders where one can be made. */
export function openScratch([folder, ...others]: readonly [string, ...string[]]): Scratch {
  try {
    return { fd: openNameless(folder) ?? openAndUnlink(folder), folder, written: 0 };
  } catch (error) {
    const [next, ...rest] = others;
    if (next !== undefined && existsSync(next)) return openScratch([next, ...rest]);
    throw new PystackError('decompression', `no temporary file can be made in ${folder}`, {
      cause: error instanceof Error ? error.message : String(error),
      nextStep: 'set TMPDIR to a folder with room for the whole unpacked core',
      underlying: error,
    });
  }
}

/** null: this file system has no such thing (overlays of old kernels, NFS). */
function openNameless(folder: string): number | null {
  try {
    return openSync(folder, constants.O_RDWR | O_TMPFILE, 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EOPNOTSUPP' || code === 'ENOTSUP' || code === 'EISDIR' || code === 'EINVAL') return null;
    throw error;
  }
}

function openAndUnlink(folder: string): number {
  const name = join(folder, `pystack-core-${randomUUID()}`);
  const fd = openSync(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(name);
  return fd;
}

/** Unpacks into the scratch file; returns why it ended early, null when it did not. */
async function unpack(
  original: ByteSource,
  path: string,
  format: Format,
  scratch: Scratch,
  { onProgress }: DecompressOptions,
): Promise<string | null> {
  const input = Readable.from(chunksOf(original, onProgress), { objectMode: false });
  const { output, finished, stop } = startDecoder(format, input);
  let failure: unknown = null;
  output.on('data', (chunk: Buffer) => {
    if (failure !== null) return;
    try {
      if (scratch.written === 0 && !hasElfMagic(chunk)) throw notACore(path, format);
      writeSparsely(scratch, chunk);
    } catch (error) {
      failure = error;
      stop();
    }
  });
  const problem = await finished.finally(() => input.destroy());
  if (failure !== null) throw failure instanceof PystackError ? failure : cannotWrite(scratch, path, failure);
  return problem;
}

interface Decoder {
  readonly output: Readable;
  /** Resolves when everything was given out: with what went wrong in the packed data, or null. */
  readonly finished: Promise<string | null>;
  stop(): void;
}

function startDecoder(format: Format, input: Readable): Decoder {
  if (format === 'gzip') return throughStream(zlib.createGunzip({ chunkSize: 256 * 1024 }), input);
  // Node has it from 22.15 on; the types here are of 20.
  const createZstd: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (format === 'zstd' && typeof createZstd === 'function') return throughStream(createZstd(), input);
  return throughProgram(format, input);
}

function throughStream(stream: zlib.Gunzip, input: Readable): Decoder {
  const finished = new Promise<string | null>((resolve) => {
    stream.on('end', () => resolve(null));
    stream.on('error', (error) => resolve(`the packed data end early or are damaged (${error.message})`));
    stream.on('close', () => resolve(null));
  });
  input.pipe(stream);
  return { output: stream, finished, stop: () => stream.destroy() };
}

/** There is no decoder for these in Node: their own programs read from us and write to us. */
function throughProgram(format: Exclude<Format, 'gzip'>, input: Readable): Decoder {
  const child = spawn(format, ['-d', '-c', '-q'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(0, 1000);
  });
  const finished = new Promise<string | null>((resolve, reject) => {
    child.once('error', (error) => reject(missingProgram(format, error)));
    child.on('close', (code) => {
      resolve(
        code === 0 ? null : `the packed data end early or are damaged (${said.trim() || `${format}: exit ${code}`})`,
      );
    });
  });
  // The program may end before it has read everything; why, it says itself.
  child.stdin.on('error', () => {});
  input.pipe(child.stdin);
  return { output: child.stdout, finished, stop: () => child.kill() };
}

function missingProgram(format: Exclude<Format, 'gzip'>, error: Error): PystackError {
  return new PystackError('decompression', `the program ${format}, which unpacks this core, cannot be run`, {
    cause: 'code' in error && error.code === 'ENOENT' ? `there is no ${format} in any folder of PATH` : error.message,
    nextStep: `install the package ${PACKAGES[format]}, or unpack the core elsewhere`,
    underlying: error,
  });
}

const BLOCK_BYTES = 4096;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** Skips blocks of zeros, so that they take no room; runs between them are written at once. */
function writeSparsely(scratch: Scratch, chunk: Buffer): void {
  let from = 0;
  for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
    const block = chunk.subarray(at, at + BLOCK_BYTES);
    if (!block.equals(block.length === BLOCK_BYTES ? ZEROS : ZEROS.subarray(0, block.length))) continue;
    writeAll(scratch.fd, chunk.subarray(from, at), scratch.written + from);
    from = at + block.length;
  }
  writeAll(scratch.fd, chunk.subarray(from), scratch.written + from);
  scratch.written += chunk.length;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

function notACore(path: string, format: Format): PystackError {
  return new PystackError('not-a-core', `${path} (${format}) does not hold a core file`, {
    cause: 'What is packed in it does not begin as an ELF file does.',
  });
}

function cannotWrite(scratch: Scratch, path: string, error: unknown): PystackError {
  return new PystackError('decompression', `${path} cannot be unpacked into ${scratch.folder}`, {
    cause: error instanceof Error ? error.message : String(error),
    nextStep: 'set TMPDIR to a folder with room for the whole unpacked core',
    underlying: error,
  });
}
