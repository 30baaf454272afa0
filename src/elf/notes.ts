/**
 * What notes are there? Build ids of programs and libraries; in core files, nearly everything.
 * https://gabi.xinuos.com/elf/07-pheader.html#note-section
 */

export interface Note {
  /** Owner (`GNU`, `CORE`, `LINUX`), without its NUL. */
  readonly name: string;
  readonly type: number;
  /** A view into the bytes given, where there are any. */
  readonly desc: Uint8Array;
  /** Offset of desc within the bytes given. */
  readonly descOffset: number;
}

const LATIN1 = new TextDecoder('latin1');
/** A forged core may have millions that hold nothing. */
const EMPTY = new Uint8Array(0);
const HEADER_SIZE = 12;
/** Letters. */
const SHORT_NAME = 16;
const NT_GNU_BUILD_ID = 3;

/**
 * The notes in `bytes`, in order. Ends at the first that does not fit: `onTruncated` is told its type and how many bytes
 * it claims. `align` is 4, and 8 only for segments that say so (.note.gnu.property).
 */
export function* decodeNotes(
  bytes: Uint8Array,
  align = 4,
  onTruncated?: (type: number, claimed: number) => void,
): Generator<Note> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = align === 8 ? 8 : 4;
  let at = 0;
  while (at + HEADER_SIZE <= bytes.length) {
    const nameSize = view.getUint32(at, true);
    const descSize = view.getUint32(at + 4, true);
    const type = view.getUint32(at + 8, true);
    const nameAt = at + HEADER_SIZE;
    const descOffset = roundUp(nameAt + nameSize, step);
    const end = descOffset + descSize;
    if (end > bytes.length) {
      onTruncated?.(type, nameSize + descSize);
      return;
    }
    const name = nameIn(bytes, nameAt, nameAt + Math.max(0, nameSize - 1));
    yield { name, type, desc: descSize === 0 ? EMPTY : bytes.subarray(descOffset, end), descOffset };
    at = roundUp(end, step);
  }
}

/** A core has several notes for each thread, and a decoder costs more than a name of a few letters is long. */
function nameIn(bytes: Uint8Array, start: number, end: number): string {
  let name = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || name.length >= SHORT_NAME) return LATIN1.decode(bytes.subarray(start, end));
    name += String.fromCharCode(byte);
  }
  return name;
}

/** The build id among notes, lower-case hexadecimal; null without one. */
export function buildIdOf(notes: Iterable<Note>): string | null {
  for (const note of notes) {
    // 64 bytes is a SHA-512; a forged one may say gigabytes.
    if (note.name === 'GNU' && note.type === NT_GNU_BUILD_ID && note.desc.length > 0 && note.desc.length <= 64) {
      return Buffer.from(note.desc).toString('hex');
    }
  }
  return null;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
