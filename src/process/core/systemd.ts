/**
 * Which of the cores that systemd-coredump keeps is meant? The newest whose name matches.
 * File names: https://github.com/systemd/systemd/blob/v252/src/coredump/coredump.c#L283
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PystackError } from '../../errors.js';
import type { JournalCore } from './journal-cores.js';

export const SYSTEMD_STORAGE = '/var/lib/systemd/coredump';

/** `core.<comm>.<uid>.<boot id>.<pid>.<time in microseconds>` and how it is compressed. */
const NAME = /^core\.(?<comm>.*)\.(?<uid>\d+)\.(?<boot>[0-9a-f]{32})\.(?<pid>\d+)\.(?<time>\d+)(?:\.(?:zst|xz|lz4))?$/;

export interface StoredCore {
  readonly path: string;
  readonly comm: string;
  readonly pid: number;
  /** Microseconds since the epoch. */
  readonly time: number;
}

/** Decodes a file name; null: not one of systemd's. */
export function decodeStoredName(folder: string, name: string): StoredCore | null {
  const groups = NAME.exec(name)?.groups;
  if (!groups) return null;
  // systemd writes what would hurt in a file name as \xHH.
  const comm = (groups.comm ?? '').replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  // Old versions wrote milliseconds: three digits fewer.
  const time = Number((groups.time ?? '0').padEnd(16, '0'));
  return { path: join(folder, name), comm, pid: Number(groups.pid), time };
}

/** The newest of {@link storedCores}. */
export function newestSystemdCore(match: string | null, folder = SYSTEMD_STORAGE): string {
  return storedCores(match, folder)[0].path;
}

/**
 * The newest that matches of the storage's files and of `journal`, newest first. Throws PystackError as
 * {@link storedCores}, where neither has one.
 */
export function newestKept(
  match: string | null,
  journal: readonly JournalCore[],
  folder = SYSTEMD_STORAGE,
): string | JournalCore {
  const kept = journal.find(({ pid, program }) => match === null || program.includes(match) || String(pid) === match);
  if (!kept) return newestSystemdCore(match, folder);
  try {
    const [stored] = storedCores(match, folder);
    return stored.time > kept.time ? stored.path : kept;
  } catch (error) {
    if (error instanceof PystackError) return kept;
    throw error;
  }
}

/**
 * The cores in systemd's storage whose pid is, or whose program's name contains, `match` (null: any), newest first; at
 * least one. Throws PystackError `no-coredump-storage` or `file-not-found`.
 */
export function storedCores(match: string | null, folder = SYSTEMD_STORAGE): [StoredCore, ...StoredCore[]] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new PystackError('no-coredump-storage', `there is no storage of systemd-coredump here: ${folder}`, {
      cause: error instanceof Error ? error.message : undefined,
      nextStep: 'give the core file itself: pystack core CORE; /proc/sys/kernel/core_pattern says where cores go',
      underlying: error,
    });
  }
  const stored = names
    .map((name) => decodeStoredName(folder, name))
    .filter((core) => core !== null)
    .filter(({ comm, pid }) => match === null || comm.includes(match) || String(pid) === match)
    .sort((a, b) => b.time - a.time);
  const [newest, ...older] = stored;
  if (newest) return [newest, ...older];
  throw new PystackError(
    'no-coredump-storage',
    `no core in ${folder} ${match === null ? 'was kept' : `matches ${match}`}`,
    {
      cause: 'systemd-coredump deletes cores after some days, and keeps none larger than its limits.',
      nextStep: 'list what there is with coredumpctl list',
    },
  );
}
