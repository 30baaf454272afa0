/** Whose threads follow, where several interpreters are at work in one process? */
import type { Snapshot } from '../snapshot.js';
import { harmless } from './escape.js';
import { findingsText } from './findings-text.js';
import type { Palette } from './palette.js';

/** `CPython 3.12.1 of /usr/lib/libpython3.12.so.1.0 at 0x7f…`, harmless. */
export function interpreterName({ python }: Pick<Snapshot, 'python'>): string {
  if (!python) return 'an interpreter that is not known';
  const { version, library, runtimeAddress } = python;
  const at = runtimeAddress === null ? '' : ` at ${runtimeAddress}`;
  return `CPython ${harmless(version)} of ${library === null ? 'no file' : harmless(library)}${at}`;
}

/**
 * The first interpreter, then each of the others under its name and behind what is found wrong in it (`waits`: not if false);
 * what is found in the first stands above all. `piecesOf`: the threads and tasks of one.
 */
export function* interpretersPieces(
  snapshot: Snapshot,
  { palette, waits }: { readonly palette: Palette; readonly waits?: boolean },
  piecesOf: (one: Snapshot) => Iterable<string>,
): Generator<string> {
  const { others = [] } = snapshot;
  if (others.length > 0) yield `${palette.name(interpreterName(snapshot))}\n\n`;
  yield* piecesOf(snapshot);
  for (const other of others) {
    yield `\n${palette.name(`Another interpreter in this process: ${interpreterName(other)}`)}\n\n`;
    if (waits !== false) yield findingsText(other, palette);
    yield* piecesOf(other);
  }
}
