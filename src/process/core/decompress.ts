/**
 * Is the core compressed? What unpacks is loaded
 * only when there is something to unpack: streams, zlib and child processes take Node longer to load than a core to read.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import { compressionOf } from './packing.js';
import type { DecompressOptions } from './unpack.js';

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
