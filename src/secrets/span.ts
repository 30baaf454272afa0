/** Characters [start, end) of a text, as JavaScript counts them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The same parts in order, those that touch each other as one. */
export function merged(parts: readonly Span[]): Span[] {
  const all: { start: number; end: number }[] = [];
  for (const { start, end } of [...parts].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

/** A text with `mark` in place of each of its parts, which are merged. */
export function withMark(text: string, parts: readonly Span[], mark: string): string {
  let open = '';
  let at = 0;
  for (const { start, end } of parts) {
    open += text.slice(at, start) + mark;
    at = end;
  }
  return open + text.slice(at);
}
