/** Whose threads follow, where several interpreters are at work in one process? */
import type { Snapshot } from '../snapshot.js';
import { harmless } from './escape.js';

/** `CPython 3.12.1 of /usr/lib/libpython3.12.so.1.0 at 0x7f…`, harmless. */
export function interpreterName({ python }: Pick<Snapshot, 'python'>): string {
  if (!python) return 'an interpreter that is not known';
  const { version, library, runtimeAddress } = python;
  const at = runtimeAddress === null ? '' : ` at ${runtimeAddress}`;
  return `CPython ${harmless(version)} of ${library === null ? 'no file' : harmless(library)}${at}`;
}
