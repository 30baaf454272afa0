/**
 * What if a patch release changed a structure? Then the row has every form of its version, each with the `tp_basicsize` that
 * its type has, and the target's own type tells which it is: its version may not be known to the patch.
 */
import { CorruptData } from '../../memory/reader.js';

type Forms<T> = { readonly [K in keyof T]?: { readonly tp_basicsize: number } | undefined };
/** One of the forms, under its name. */
export type Form<T> = { [K in keyof T]-?: { readonly kind: K; readonly fields: NonNullable<T[K]> } }[keyof T];

/** The form of objects whose type has this `tp_basicsize`. Throws CorruptData where none is that large. */
export function formOfSize<T extends Forms<T>>(forms: T, basicsize: number): Form<T> {
  for (const kind of Object.keys(forms) as (keyof T)[]) {
    const fields = forms[kind];
    if (fields?.tp_basicsize === basicsize) return { kind, fields } as Form<T>;
  }
  throw new CorruptData(`an object of ${basicsize} bytes is of no form of this version`);
}
