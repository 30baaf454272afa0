/**
 * How does a file of looks look from outside? Lines of text, each whole by itself: `{"pystackCollect":1, … "data":"…"}`
 * with who wrote it in the open, and the looks packed (gzip, base64). What carries output from a thousand hosts mixes
 * lines, puts names before them, or ends them in another way; it leaves a line a line. Two files after each other are
 * the file of both.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { PystackError } from '../../errors.js';
import type { LookSet, StoredLook } from './look-set.js';
import { addPack, PackError, packOf } from './pack.js';

/** Raised when what is there means something else than before; what is only new does not raise it. */
export const COLLECT_FORMAT = 1;

const MARK = '{"pystackCollect":';

/** Looks in one line at most: a reader holds one line at a time. */
const LOOKS_PER_LINE = 4096;

/** Bytes that a line may unpack to: a thousand times what a host has, and no way to fill the memory. */
const MAX_UNPACKED = 512 * 1024 * 1024;

export interface Header {
  /** {@link COLLECT_FORMAT} */
  readonly pystackCollect: number;
  /** Version of pystack. */
  readonly writer: string;
  readonly host: string;
  /** When it was written (ISO 8601, UTC). */
  readonly at: string;
  /** What the scheduler that started it calls this host, if it calls it so. */
  readonly node?: string;
}

/** How much may still be unpacked, where many lines come from one who is not known. */
export interface Budget {
  bytes: number;
}

/** The lines of a set, each with its end. */
export function* collectLines(set: LookSet, header: Omit<Header, 'pystackCollect'>): Generator<string> {
  const looks = set.sorted();
  if (looks.length === 0) yield lineOf(set, [], header);
  for (let from = 0; from < looks.length; from += LOOKS_PER_LINE) {
    yield lineOf(set, looks.slice(from, from + LOOKS_PER_LINE), header);
  }
}

function lineOf(set: LookSet, looks: readonly StoredLook[], header: Omit<Header, 'pystackCollect'>): string {
  const data = gzipSync(Buffer.from(JSON.stringify(packOf(set, looks)), 'utf8')).toString('base64');
  const failed = looks.filter(({ info }) => info.error !== null).length;
  // The mark comes first: it is what a line is known by.
  return `${JSON.stringify({ pystackCollect: COLLECT_FORMAT, ...header, looks: looks.length, failed, data })}\n`;
}

/** Characters of a line that was parted on its way and is put together again: a thousand times what a host has. */
export const MAX_LINE = 64 * 1024 * 1024;

/** Whether nothing of it is missing at its end, of a line that {@link isCollectLine}. */
export function isWholeCollectLine(line: string): boolean {
  return line.trimEnd().endsWith('"}');
}

/** Whether it is one of ours, or seems to be the damaged rest of one. */
export function isCollectLine(line: string): boolean {
  return line.includes(MARK);
}

/**
 * Adds what a line holds; what stands before the mark (a host's name, put there by what carried it) does not matter.
 * Throws PystackError `not-collected` for what is damaged, `collected-by-newer` for another format.
 */
export function addCollectLine(
  set: LookSet,
  line: string,
  where: string,
  budget: Budget = { bytes: MAX_UNPACKED },
): Header {
  const text = line.slice(line.indexOf(MARK)).trimEnd();
  const format = Number.parseInt(text.slice(MARK.length), 10);
  // Before anything else of it is looked at: what follows may mean anything.
  if (format > COLLECT_FORMAT) {
    const writer = /"writer":"([^"]{1,40})"/.exec(text)?.[1] ?? 'a newer version';
    throw new PystackError('collected-by-newer', `${where} is of format ${format}, which this version cannot read`, {
      cause: `It was written by pystack ${writer}; this version reads format ${COLLECT_FORMAT}.`,
      nextStep: 'merge with the newest of the versions that collected: it reads what older ones wrote',
    });
  }
  let header: Header & { data?: unknown };
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw damaged(where, 'its line is not whole: it was cut, or another was written into it', error);
  }
  if (header.pystackCollect !== COLLECT_FORMAT || typeof header.data !== 'string')
    throw damaged(where, 'it holds no data', null);
  try {
    const maxOutputLength = Math.max(1, Math.min(MAX_UNPACKED, budget.bytes));
    const bytes = gunzipSync(Buffer.from(header.data, 'base64'), { maxOutputLength });
    budget.bytes -= bytes.length;
    addPack(set, JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw damaged(where, error instanceof PackError ? error.message : `it cannot be unpacked: ${error.message}`, error);
  }
  return header;
}

function damaged(where: string, cause: string, underlying: unknown): PystackError {
  return new PystackError('not-collected', `${where} cannot be read`, {
    cause,
    nextStep: 'collect it again; -o FILE on each host avoids what mixes outputs',
    underlying,
  });
}
