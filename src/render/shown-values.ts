/**
 * Was that object shown already? One that is handed from call to call is written once a stack: where it is met again, by what it
 * is called where it was written.
 */
import type { PythonFrame, Value, Variable } from '../snapshot.js';
import { harmless } from './escape.js';

/** A value as one harmless line; a problem is told where the value does not tell it itself. */
export function variableText(value: Value): string {
  const repr = harmless(value.repr);
  if (value.problem === undefined || value.repr.includes(value.problem)) return repr;
  return `${repr} (${harmless(value.problem)})`;
}

/** What was written of one stack so far, outermost first. */
export class ShownValues {
  readonly #shown = new Map<string, { readonly repr: string; readonly name: string; readonly frame: PythonFrame }>();

  /** A variable's value, or where it stands above. Short ones, which have no address, are written each time. */
  text({ name, value }: Variable, frame: PythonFrame): string {
    const { address, repr, type } = value;
    if (address === undefined) return variableText(value);
    const before = this.#shown.get(address);
    // Of the same object more may have been left out elsewhere, or withheld.
    if (before?.repr !== repr) {
      this.#shown.set(address, { repr, name, frame });
      return variableText(value);
    }
    const of = before.frame === frame ? '' : ` of ${harmless(before.frame.qualname ?? before.frame.function)}`;
    return `<the same ${harmless(type ?? 'object')} as "${harmless(before.name)}"${of} above, at ${address}>`;
  }
}
