/**
 * How does a terminal know that a text is a file to open? By an escape sequence (OSC 8) around it.
 * https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
 */
import type { Snapshot } from '../snapshot.js';

/** Puts a link around what is shown of a file, or nothing. */
export type Link = (shown: string, path: string, line: number | null) => string;

export const NO_LINKS: Link = (shown) => shown;

/** Links to files of this machine. The line is the URL's fragment: terminals that do not know it open the file. */
export function fileLinks(host: string): Link {
  return (shown, path, line) => {
    if (!path.startsWith('/')) return shown;
    const url = `file://${encodeURIComponent(host)}${path.split('/').map(encoded).join('/')}`;
    return `\u001b]8;;${url}${line === null ? '' : `#${line}`}\u001b\\${shown}\u001b]8;;\u001b\\`;
  };
}

/** Whether paths of what is shown are files here: those of a container or of another machine are not. */
export function hasFilesHere({ source, process }: Snapshot): boolean {
  return source === 'live' && process?.sameFiles === true;
}

/** A lone surrogate has no bytes; such a file cannot be named in a URL. */
function encoded(part: string): string {
  return part.isWellFormed() ? encodeURIComponent(part) : '';
}
