/** How is text brought into lines of a terminal's width? Pure functions of strings without escapes. */

/** Items joined by ` · `, in lines of at most `width`; an item longer than that has a line to itself. */
export function wrapItems(items: readonly string[], width: number, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const longer = line === '' ? item : `${line} · ${item}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = indent + item;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** `text` cut into lines of at most `width` where words end if any do, `most` of them; what is over is `…`. */
export function wrapText(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width && lines.length < most) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > width / 2 ? space : wholeCharacters(rest, width);
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).replace(/^ /, '');
  }
  if (lines.length < most) return [...lines, rest];
  const last = lines.pop() ?? '';
  return [...lines, `${last.slice(0, wholeCharacters(last, Math.max(width - 2, 0)))} …`];
}

/** The same index, or the one before where it would cut a character outside of the basic plane in two. */
function wholeCharacters(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code < 0xdc00 && at > 1 ? at - 1 : at;
}
