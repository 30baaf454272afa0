/**
 * What is in a file that is to be merged? Lines of `pystack collect`, among whatever else its carrier wrote; documents of
 * `--json` and `--jsonl`; or a core, which is looked at by who is given for it.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PystackError } from '../errors.js';
import { sniff } from '../process/core/sniff.js';
import { sleep } from '../sleep.js';
import type { Snapshot } from '../snapshot.js';
import { aboutCore } from './about.js';
import { addCollectLine, isCollectLine } from './looks/collect-line.js';
import { type About, failedLook, lookOf } from './looks/from-snapshot.js';
import type { LookSet } from './looks/look-set.js';

/** The files named, and in place of a folder all files directly in it, by name. Throws PystackError. */
export function expandInputs(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (path === '-') return [path];
    try {
      if (!statSync(path).isDirectory()) return [path];
      const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
      return files.map(({ name }) => join(path, name)).sort();
    } catch (error) {
      throw unreadable(path, error);
    }
  });
}

/** Whether it is a core file, plain or packed, and so has to be looked at before it can be merged. Throws PystackError. */
export function isCoreInput(path: string): boolean {
  if (path === '-') return false;
  try {
    const kind = sniff(path);
    return kind === 'core' || kind === 'elf' || kind === 'packed';
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What was read of one input. */
export interface InputRead {
  /** Collected lines, or documents. */
  readonly pieces: number;
  /** Lines between them that are none of ours: what programs said meanwhile. */
  readonly otherLines: number;
  /** Why some pieces could not be read. */
  readonly errors: readonly PystackError[];
}

/**
 * Adds to `set` all that is in the file (`-`: standard input), one line in memory at a time. What is damaged is left out
 * and told; `onSnapshot` gets whole documents besides. Throws PystackError where nothing in it is ours, and for a format that is newer than this program.
 */
export function addInput(set: LookSet, path: string, onSnapshot: (snapshot: Snapshot) => void = () => {}): InputRead {
  const name = path === '-' ? 'standard input' : path;
  const errors: PystackError[] = [];
  const other: string[] = [];
  let otherCharacters = 0;
  let pieces = 0;
  let number = 0;
  for (const line of linesOf(path)) {
    number++;
    if (isCollectLine(line)) {
      try {
        addCollectLine(set, line, `line ${number} of ${name}`);
        pieces++;
      } catch (error) {
        if (!(error instanceof PystackError) || error.code === 'collected-by-newer') throw error;
        errors.push(error);
      }
    } else if (line.trim() !== '') {
      otherCharacters += line.length;
      // A document of ours is all there is; beside collected lines there are only remarks.
      if (pieces === 0 && otherCharacters <= MAX_DOCUMENT) other.push(line);
    }
  }
  if (pieces > 0 || errors.length > 0) return { pieces, otherLines: number - pieces - errors.length, errors };
  const added = otherCharacters <= MAX_DOCUMENT ? addDocuments(set, other, onSnapshot) : 0;
  if (added > 0) return { pieces: added, otherLines: 0, errors };
  throw new PystackError('not-collected', `there is nothing in ${name} that could be merged`, {
    cause:
      number === 0 ? 'It is empty.' : 'No line of it was written by pystack collect, and it is no document or core.',
    nextStep: 'write one on each host: pystack collect --all -o FILE',
  });
}

/** Characters of the largest document that is read at once. */
const MAX_DOCUMENT = 256 * 1024 * 1024;

/** One document over many lines, or one on each. How many there were. */
function addDocuments(set: LookSet, lines: readonly string[], onSnapshot: (snapshot: Snapshot) => void): number {
  const whole = parsed(lines.join('\n'));
  const values = whole !== undefined ? [whole] : lines.map(parsed);
  let added = 0;
  for (const value of values) {
    for (const { snapshot, about } of snapshotsIn(value)) {
      set.add('error' in snapshot ? failedLook(snapshot.error, about) : lookOf(snapshot, about));
      if (!('error' in snapshot)) onSnapshot(snapshot);
      added++;
    }
  }
  return added;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: that is an answer.
    return undefined;
  }
}

interface Found {
  readonly snapshot: Snapshot | { readonly error: { code: string; message: string } };
  readonly about: About;
}

/** Those of a document of one process, of many, or of an entry of that. */
function* snapshotsIn(value: unknown): Generator<Found> {
  if (typeof value !== 'object' || value === null) return;
  const document = value as Record<string, unknown>;
  if (Array.isArray(document['processes'])) {
    for (const entry of document['processes']) yield* snapshotsIn(entry);
    return;
  }
  if ('snapshot' in document && 'error' in document) {
    const { snapshot, error, pid, core } = document;
    const about = {
      ...aboutCore(''),
      pid: typeof pid === 'number' ? pid : null,
      core: typeof core === 'string' ? core : null,
    };
    if (isSnapshot(snapshot)) yield { snapshot, about };
    else if (isFailure(error)) yield { snapshot: { error }, about };
    return;
  }
  if (isSnapshot(document))
    yield { snapshot: document, about: { ...aboutCore(''), core: document.core?.path ?? null } };
}

/** As far as is used of it. */
function isSnapshot(value: unknown): value is Snapshot {
  const { schemaVersion, threads, warnings } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (schemaVersion !== 1 || !Array.isArray(threads) || !Array.isArray(warnings)) return false;
  return threads.every(
    (thread) => Array.isArray(thread?.frames) && typeof thread?.ending === 'object' && thread.ending !== null,
  );
}

function isFailure(value: unknown): value is { code: string; message: string } {
  const { code, message } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}

const CHUNK = 1024 * 1024;
const SMALL_CHUNK = 16 * 1024;
/** Of a longer line nothing is ours. */
const MAX_LINE = 400 * 1024 * 1024;

/** The lines of a file, without their ends. Throws PystackError. */
function* linesOf(path: string): Generator<string> {
  let fd: number;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    // A hundred thousand files of some kilobytes each should not cost a megabyte each.
    const chunkBytes = Math.min(CHUNK, Math.max(SMALL_CHUNK, fstatSync(fd).size + 1));
    let parts: Buffer[] = [];
    let held = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const size = readSome(fd, chunk, path);
      if (size === 0) break;
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0 && end < size; end = chunk.indexOf(10, from)) {
        parts.push(chunk.subarray(from, end));
        yield Buffer.concat(parts).toString('utf8');
        parts = [];
        held = 0;
        from = end + 1;
      }
      if (from < size) parts.push(chunk.subarray(from, size));
      held += size - from;
      if (held > MAX_LINE) throw unreadable(path, new Error('a line of it has no end'));
    }
    if (parts.length > 0) yield Buffer.concat(parts).toString('utf8');
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

/** How long to wait when nothing has come yet on a descriptor that somebody made non-blocking, ms. */
const NOTHING_YET_MS = 5;

function readSome(fd: number, into: Uint8Array, path: string): number {
  for (;;) {
    try {
      return readSync(fd, into);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EOF') return 0;
      if (code === 'EAGAIN') sleep(NOTHING_YET_MS);
      else if (code !== 'EINTR') throw unreadable(path, error);
    }
  }
}

function unreadable(path: string, error: unknown): PystackError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const what = path === '-' ? 'standard input' : path;
  return new PystackError(
    code === 'ENOENT' ? 'file-not-found' : 'file-unreadable',
    code === 'ENOENT' ? `there is no file ${what}` : `${what} cannot be read`,
    { cause: error instanceof Error ? error.message : undefined, underlying: error },
  );
}
