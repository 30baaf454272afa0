/**
 * What did the line say that is executing? Read from the file the code object names, as the target would see it, and only
 * called `current` if the file has not changed since the process started: a line that may not be what ran is never
 * passed off as what did. Of code without a file the program itself may hold the lines.
 */

import { canBeName } from '../memory/byte-text.js';
import type { TargetFile } from '../process/process.js';
import type { Position } from '../python/positions.js';
import type { HeldLine } from '../python/sources/linecache.js';
import type { SourceLine } from '../snapshot.js';
import { columnToIndex } from './columns.js';
import { decodeSource } from './source-encoding.js';
import { fileInZip } from './zip-archive.js';

export interface SourceReader {
  /** The line at `position`, or null when it is not to be had. */
  lineAt(file: string, position: Position): SourceLine | null;
}

interface SourceFile {
  readonly lines: readonly string[];
  readonly modified: boolean;
}

/**
 * Reads each file at most once. `readFile` gives a file as the target sees it; `startedAtMs` is when the target started
 * (ms since the epoch), null when it is not known (then no file counts as changed). `held` are lines that the program
 * holds of what has no file.
 */
export function sourceReader(
  readFile: (path: string) => TargetFile | null,
  startedAtMs: number | null,
  held: readonly HeldLine[] = [],
): SourceReader {
  const heldLines = new Map(held.map(({ file, line, text }) => [`${line} ${file}`, text]));
  const files = new Map<string, SourceFile | null>();
  const open = (path: string): SourceFile | null => {
    let file = files.get(path);
    if (file === undefined) {
      file = readSource(readFile, path, startedAtMs);
      files.set(path, file);
    }
    return file;
  };
  return {
    lineAt(path, position) {
      if (position.line === null) return null;
      const file = mayBeFile(path) ? open(path) : null;
      const text = file ? file.lines[position.line - 1] : heldLines.get(`${position.line} ${path}`);
      if (text === undefined) return null;
      const status = file ? (file.modified ? 'modified' : 'current') : 'linecache';
      return { text, ...span(text, position), status };
    },
  };
}

/** `<string>`, `<frozen importlib._bootstrap>`, … name no file; there are strings that are no name. */
function mayBeFile(path: string): boolean {
  return path !== '' && !path.startsWith('<') && canBeName(path);
}

function readSource(
  readFile: (path: string) => TargetFile | null,
  path: string,
  startedAtMs: number | null,
): SourceFile | null {
  const file = readFile(path) ?? readArchived(readFile, path);
  if (!file) return null;
  const text = decodeSource(file.bytes);
  if (text === null) return null;
  // Universal newlines, as the tokenizer has them; a form feed or U+2028 is no line end.
  const lines = text.split(/\r\n|\r|\n/);
  return { lines, modified: startedAtMs !== null && file.mtimeMs > startedAtMs };
}

/**
 * A file in a zip archive on the path of modules (`app.pyz/pkg/mod.py`), which is as old as the archive. Folders above a file
 * that is not there are no files, so this reads nothing of them.
 */
function readArchived(readFile: (path: string) => TargetFile | null, path: string): TargetFile | null {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const archive = readFile(path.slice(0, at));
    if (!archive) continue;
    const bytes = fileInZip(archive.bytes, path.slice(at + 1));
    return bytes && { bytes, mtimeMs: archive.mtimeMs };
  }
  return null;
}

/** Where the executing part lies; nulls when the version has no columns or they do not fit this text. */
function span(text: string, position: Position): { start: number | null; end: number | null } {
  const { line, endLine, column, endColumn } = position;
  if (column === null) return { start: null, end: null };
  const start = columnToIndex(text, column);
  const end =
    endLine !== null && line !== null && endLine > line
      ? text.length
      : endColumn === null
        ? null
        : columnToIndex(text, endColumn);
  if (start === null || end === null || end < start) return { start: null, end: null };
  return { start, end };
}
