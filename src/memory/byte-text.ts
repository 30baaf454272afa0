/**
 * How does text keep bytes that are not UTF-8? As Python does with names of files: each such byte is a lone surrogate,
 * U+DC80 to U+DCFF, and is that byte again where a file is opened by the name.
 * https://peps.python.org/pep-0383/
 */

const BYTES_AT = 0xdc00;
/** Lone ones: what is half of a pair is no match. */
const LONE_BYTES = /[\u{DC80}-\u{DCFF}]+/u;

/** UTF-8, and what is none of it as surrogates. */
export function decodeBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  const pieces: string[] = [];
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at);
    pieces.push(
      length === 0 ? String.fromCharCode(BYTES_AT + (buffer[at] ?? 0)) : buffer.toString('utf8', at, at + length),
    );
    at += Math.max(1, length);
  }
  return pieces.join('');
}

/** What {@link decodeBytes} was given. */
export function encodeBytes(text: string): Buffer {
  if (!LONE_BYTES.test(text)) return Buffer.from(text, 'utf8');
  const bytes: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    bytes.push(isByte ? Buffer.of(code - BYTES_AT) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(bytes);
}

/** A path as the system is to be given it: Node would write U+FFFD for a surrogate. */
export function systemPath(path: string): string | Buffer {
  return LONE_BYTES.test(path) ? encodeBytes(path) : path;
}

/** Whether a file can have this name: lone surrogates that stand for no byte have no bytes. */
export function canBeName(text: string): boolean {
  return (
    !text.includes('\0') && (text.isWellFormed() || text.replaceAll(new RegExp(LONE_BYTES, 'gu'), '').isWellFormed())
  );
}

/** Bytes of the well-formed UTF-8 sequence that begins at `at`; 0: there is none. Table 3-7 of the Unicode Standard. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0] = bytes.subarray(at, at + 2);
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
