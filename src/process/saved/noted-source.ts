/**
 * What did the source files say that a snapshot shows lines of? The machine that reads it may have other files under these
 * names, or none; the snapshot has the lines themselves.
 */
import type { TargetFile } from '../process.js';
import type { NotedLine } from './metadata.js';

/** UTF-8 whatever the file's own coding line says, which may be among the lines. */
const BYTE_ORDER_MARK = '\ufeff';

/** A file that has only the noted lines, each at its place; null: none of that file. */
export function notedSource(lines: readonly NotedLine[], file: string): TargetFile | null {
  const wanted = lines.filter((line) => line.file === file);
  if (wanted.length === 0) return null;
  const text: string[] = [];
  for (const { line, text: content } of wanted) text[line - 1] = content;
  return {
    bytes: new TextEncoder().encode(BYTE_ORDER_MARK + Array.from(text, (line) => line ?? '').join('\n')),
    // "Changed since" is judged by this; the true time says nothing more.
    mtimeMs: wanted.some(({ modified }) => modified) ? Number.MAX_SAFE_INTEGER : 0,
  };
}
