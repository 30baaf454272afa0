/**
 * Is the core compressed, and what is it packed with? Its first bytes say, whatever it is called. What unpacks is loaded
 * only when there is something to unpack: streams, zlib and child processes take Node longer to load than a core to read.
 */
import type { ByteSource } from '../../elf/byte-source.js';
import type { DecompressOptions } from './unpack.js';

export type Format = 'gzip' | 'zstd' | 'xz' | 'lz4' | 'bzip2';

/** The first bytes of each: RFC 1952, RFC 8878, the .xz and the LZ4 frame format, and "BZh" of bzip2. */
const MAGIC: Record<Format, readonly number[]> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  lz4: [0x04, 0x22, 0x4d, 0x18],
  bzip2: [0x42, 0x5a, 0x68],
};

/** The format by its magic, null: not compressed. */
export function compressionOf(bytes: Uint8Array): Format | null {
  const formats = Object.keys(MAGIC) as Format[];
  return formats.find((format) => MAGIC[format].every((byte, i) => bytes[i] === byte)) ?? null;
}

/**
 * `original` itself when it is not compressed; else (closing it) the unpacked bytes, and in `problem` why they end early
 * if they do. Throws PystackError `decompression`, and `not-a-core` when what is packed is no ELF file.
 */
export async function decompressed(
  original: ByteSource,
  path: string,
  options: DecompressOptions,
): Promise<{ source: ByteSource; problem: string | null }> {
  const format = compressionOf(original.read(0, 8));
  if (format === null) return { source: original, problem: null };
  const { unpacked } = await import('./unpack.js');
  return unpacked(original, path, format, options);
}
