/**
 * What is mapped where? Decodes the text of /proc/<pid>/maps.
 * https://docs.kernel.org/filesystems/proc.html#mapping-information
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';

/** start-end perms offset dev inode [spaces path]; the path may hold anything but a newline, which is written \012. */
const LINE = /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])[sp] ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)(?: +(.*))?$/s;
const DELETED = ' (deleted)';
/** How the lines of most mappings end, of which each thread has one or two: of no file and without a name. */
const ANONYMOUS = 'p 00000000 00:00 0 ';

/**
 * The mappings of user space in address order. `[vsyscall]`, which lies in the kernel's half, is left out, as are lines
 * that are not of the documented form (the last may be cut off when a process ends).
 */
export function decodeMappings(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const anonymous = line.endsWith(ANONYMOUS) ? decodeAnonymous(line) : null;
    if (anonymous !== null) {
      mappings.push(anonymous);
      continue;
    }
    const parts = LINE.exec(line);
    if (!parts) continue;
    const [, startHex = '', endHex = '', r, w, x, offsetHex = '', device = '', inodeText = '', rawPath] = parts;
    const start = Number.parseInt(startHex, 16);
    const end = Number.parseInt(endHex, 16);
    if (!isUserSpace(start) || !isUserSpace(end) || end <= start) continue;
    const inode = Number(inodeText);
    const { path, deleted } = decodePath(rawPath, inode);
    mappings.push({
      start: toAddress(start),
      end: toAddress(end),
      readable: r === 'r',
      writable: w === 'w',
      executable: x === 'x',
      fileOffset: Number.parseInt(offsetHex, 16),
      path,
      deleted,
      device: inode === 0 ? null : device,
      inode,
    });
  }
  return mappings;
}

/** A line that ends in {@link ANONYMOUS}; null: it is not of the form that nearly all of these are of. */
function decodeAnonymous(line: string): Mapping | null {
  const dash = line.indexOf('-');
  const flags = line.length - ANONYMOUS.length - 3;
  // A path may end in the same words.
  if (line.indexOf(' ') !== flags - 1) return null;
  const start = Number.parseInt(line, 16);
  const end = Number.parseInt(line.slice(dash + 1, flags - 1), 16);
  if (!isUserSpace(start) || !isUserSpace(end) || end <= start) return null;
  return {
    start: toAddress(start),
    end: toAddress(end),
    readable: line[flags] === 'r',
    writable: line[flags + 1] === 'w',
    executable: line[flags + 2] === 'x',
    fileOffset: 0,
    path: null,
    deleted: false,
    device: null,
    inode: 0,
  };
}

/**
 * A file whose very name ends in " (deleted)" cannot be told from a deleted one here: both readings of the path are
 * tried by who opens it, and the inode decides.
 */
function decodePath(raw: string | undefined, inode: number): { path: string | null; deleted: boolean } {
  if (raw === undefined || raw === '') return { path: null, deleted: false };
  const path = raw.replaceAll('\\012', '\n');
  if (inode !== 0 && path.endsWith(DELETED)) return { path: path.slice(0, -DELETED.length), deleted: true };
  return { path, deleted: false };
}
