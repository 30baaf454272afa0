/**
 * Where does the native stack of a greenlet end? It was begun by a function of the module `greenlet`, on top of what whoever
 * started it was in. That may have returned since: what lies there now is of others, and leads nowhere. Pure.
 */
import type { NativeFrame, StackEnding } from '../snapshot.js';

/** What `complete` is said with. */
const REASON = 'end of a switched stack';
/** The module, under its old name and its new. */
const LIBRARY = /\/_?greenlet(?:\.[\w-]+)?\.so$/;
/** What calls what a greenlet runs. */
const BEGINNING = /inner_bootstrap|g_initialstub/;

/**
 * The frames of the greenlet itself; null: it is none. `frames`: outermost first. `isComplete`: they could be followed to an
 * end. Then what began a greenlet has to have its name: the module may also be called by who is none.
 */
export function switchedStack(
  frames: readonly NativeFrame[],
  isComplete: boolean,
): { readonly frames: readonly NativeFrame[]; readonly ending: StackEnding } | null {
  const isOfModule = ({ library }: NativeFrame) => library !== null && LIBRARY.test(library);
  const last = frames.findLastIndex(isOfModule);
  if (last < 0) return null;
  let first = last;
  while (first > 0 && isOfModule(frames[first - 1] as NativeFrame)) first--;
  const beginning = frames.findIndex(
    ({ rawSymbol }, index) => index >= first && index <= last && rawSymbol !== null && BEGINNING.test(rawSymbol),
  );
  if (beginning < 0 && isComplete) return null;
  // Without names, all that is the module's.
  return { frames: frames.slice(beginning < 0 ? first : beginning), ending: { kind: 'complete', reason: REASON } };
}
