/** CPython counts columns in UTF-8 bytes, JavaScript indexes UTF-16 units: which index is a column? */

/** Index into `text` of the UTF-8 byte offset `column`; null when it lies beyond the end or inside a character. */
export function columnToIndex(text: string, column: number): number | null {
  let bytes = 0;
  let index = 0;
  while (bytes < column) {
    const point = text.codePointAt(index);
    if (point === undefined) return null;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
    index += point < 0x1_0000 ? 1 : 2;
  }
  return bytes === column ? index : null;
}
