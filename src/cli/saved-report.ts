/** What is said of a snapshot that was written? Where it is, what is in it, and how to look at it. */
import { harmless } from '../render/escape.js';
import type { SavedSnapshot } from '../save-snapshot.js';

export function savedReport({ path, bytes, snapshot }: SavedSnapshot): string {
  const { threads, python, pid, complete } = snapshot;
  const count = threads.length === 1 ? '1 thread' : `${threads.length} threads`;
  const version = python === null ? '' : ` (Python ${python.version})`;
  const whole = complete ? 'complete' : 'incomplete';
  const file = harmless(path);
  return (
    `Wrote ${file}: ${sizeText(bytes)}, ${count} of process ${pid}${version}, ${whole}\n` +
    `Show it with: pystack core ${quoted(file)}\n`
  );
}

export function sizeText(bytes: number): string {
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
