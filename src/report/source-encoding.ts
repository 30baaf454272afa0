/**
 * In which encoding is a source file? As PEP 263 says: a UTF-8 byte order mark, or a coding cookie in one of the first
 * two lines, else UTF-8. https://peps.python.org/pep-0263/
 */

const UTF8_BOM = [0xef, 0xbb, 0xbf];
/** PEP 263's own expression. */
const CODING_COOKIE = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const BLANK_OR_COMMENT = /^[ \t\f]*(?:#.*)?$/;

/** Names by which Python knows encodings and the WHATWG does not, or knows as something else. */
const WHATWG_LABELS: Readonly<Record<string, string>> = {
  'utf-8-sig': 'utf-8',
  u8: 'utf-8',
  cp65001: 'utf-8',
  latin: 'latin1',
  'latin-1': 'latin1',
  'iso-latin-1': 'latin1',
  l1: 'latin1',
  koi8_r: 'koi8-r',
  euc_jp: 'euc-jp',
  euc_kr: 'euc-kr',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
};

/** The text, or null when the encoding is unknown or the bytes are not in it. */
export function decodeSource(bytes: Uint8Array): string | null {
  const hasBom = UTF8_BOM.every((byte, i) => bytes[i] === byte);
  const cookie = codingCookie(hasBom ? bytes.subarray(UTF8_BOM.length) : bytes);
  const name = hasBom ? 'utf-8' : cookie === null ? 'utf-8' : canonicalName(cookie);
  // Python's Latin-1 is the first 256 code points; the WHATWG's is Windows-1252.
  if (name === 'latin1' || name === 'iso-8859-1') return Buffer.from(bytes).toString('latin1');
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes);
  } catch (error) {
    // RangeError: no such encoding. TypeError: malformed bytes. Both mean: the text is not to be had.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

function canonicalName(cookie: string): string {
  const lower = cookie.toLowerCase();
  const dashed = lower.replaceAll('_', '-');
  return WHATWG_LABELS[lower] ?? WHATWG_LABELS[dashed] ?? dashed;
}

function codingCookie(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 1024))
    .toString('latin1')
    .split(/\r\n|\r|\n/, 2);
  for (const line of head) {
    const found = CODING_COOKIE.exec(line);
    if (found) return found[1] ?? null;
    if (!BLANK_OR_COMMENT.test(line)) return null;
  }
  return null;
}
