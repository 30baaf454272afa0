/** What is a core packed with? Its first bytes say, whatever it is called. */

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
