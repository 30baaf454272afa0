/**
 * What does a file in a zip archive say? As much of the format as modules that are imported from one need: entries that
 * are stored or deflated. The archive is the target's, so nothing in it is taken on trust.
 */
import { gunzipSync } from 'node:zlib';

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.7, 4.3.12, 4.3.16) */
const END = { signature: 0x06054b50, size: 22, directorySize: 12, directoryOffset: 16 };
const ENTRY = {
  signature: 0x02014b50,
  size: 46,
  flags: 8,
  method: 10,
  crc: 16,
  packedSize: 20,
  fullSize: 24,
  nameLength: 28,
  extraLength: 30,
  commentLength: 32,
  offset: 42,
};
const LOCAL = { signature: 0x04034b50, size: 30, nameLength: 26, extraLength: 28 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** A comment at the end has a length of 16 bits. */
const MOST_COMMENT = 0xffff;
/** Source files larger than this are not quoted from. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The file `name` in `archive`; null: it is not there, not such an archive, damaged, encrypted, or too large. */
export function fileInZip(archive: Uint8Array, name: string): Uint8Array | null {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endOf(bytes);
  if (end === null) return null;
  const size = bytes.readUInt32LE(end + END.directorySize);
  const start = end - size;
  // What stands before the archive (a zipapp begins with `#!`) is not always counted in its offsets.
  const before = start - bytes.readUInt32LE(end + END.directoryOffset);
  if (start < 0 || before < 0) return null;
  const wanted = Buffer.from(name);
  let at = start;
  while (at + ENTRY.size <= end && bytes.readUInt32LE(at) === ENTRY.signature) {
    const nameAt = at + ENTRY.size;
    const nameEnd = nameAt + bytes.readUInt16LE(at + ENTRY.nameLength);
    if (bytes.subarray(nameAt, nameEnd).equals(wanted)) return contentOf(bytes, at, before);
    at = nameEnd + bytes.readUInt16LE(at + ENTRY.extraLength) + bytes.readUInt16LE(at + ENTRY.commentLength);
  }
  return null;
}

/** Where the record stands that ends the archive. */
function endOf(bytes: Buffer): number | null {
  const last = bytes.length - END.size;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT); at--) {
    if (bytes.readUInt32LE(at) === END.signature) return at;
  }
  return null;
}

function contentOf(bytes: Buffer, entry: number, before: number): Uint8Array | null {
  const local = before + bytes.readUInt32LE(entry + ENTRY.offset);
  const fullSize = bytes.readUInt32LE(entry + ENTRY.fullSize);
  if (local + LOCAL.size > bytes.length || bytes.readUInt32LE(local) !== LOCAL.signature) return null;
  if (fullSize > MOST_BYTES || (bytes.readUInt16LE(entry + ENTRY.flags) & ENCRYPTED) !== 0) return null;
  const start =
    local + LOCAL.size + bytes.readUInt16LE(local + LOCAL.nameLength) + bytes.readUInt16LE(local + LOCAL.extraLength);
  const packed = bytes.subarray(start, start + bytes.readUInt32LE(entry + ENTRY.packedSize));
  switch (bytes.readUInt16LE(entry + ENTRY.method)) {
    case STORED:
      return packed.length === fullSize ? packed : null;
    case DEFLATED:
      return inflated(packed, bytes.readUInt32LE(entry + ENTRY.crc), fullSize);
    default:
      return null;
  }
}

/** Of a gzip file, what stands before the packed bytes; behind them stand the checksum and size that a zip entry has too. */
const GZIP_HEADER = [0x1f, 0x8b, DEFLATED, 0, 0, 0, 0, 0, 0, 0xff];

/** As a gzip file, so that the checksum is compared. */
function inflated(packed: Buffer, crc: number, fullSize: number): Uint8Array | null {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(fullSize, 4);
  try {
    return gunzipSync(Buffer.concat([Buffer.from(GZIP_HEADER), packed, trailer]), { maxOutputLength: MOST_BYTES });
  } catch (error) {
    // zlib says with a code what is wrong with the data.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
