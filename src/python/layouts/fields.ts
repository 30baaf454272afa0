/** A layout whose offsets know their C types: what is read is told by a field, and how wide it is by nobody else. */
import type { NumberKind, Scalar } from './c-types.js';
import { WIDTHS } from './c-types.js';
import { FIELD_TYPES } from './field-types.js';
import type { Layout } from './layout.js';

/** A member of a structure that is read as one number. */
export interface Field {
  /** In bytes, from the structure's beginning. */
  readonly offset: number;
  readonly type: Scalar;
}

/** `T` with a {@link Field} for each offset of a scalar; sizes, bits and constants stay numbers, words stay words. */
type FieldsOf<T, Types> = T extends readonly unknown[] | string | number | undefined
  ? T
  : {
      readonly [K in keyof T]: K extends keyof Types
        ? Types[K] extends Scalar
          ? Field
          : Types[K] extends NumberKind
            ? T[K]
            : FieldsOf<T[K], Types[K]>
        : T[K];
    };

export type Fields = FieldsOf<Layout, typeof FIELD_TYPES>;

const known = new WeakMap<Layout, Fields>();

/** The fields of a layout, made once for each. */
export function fieldsOf(layout: Layout): Fields {
  let fields = known.get(layout);
  if (!fields) {
    fields = withTypes(layout, FIELD_TYPES) as Fields;
    known.set(layout, fields);
  }
  return fields;
}

type Kinds = { readonly [name: string]: NumberKind | Kinds };

function withTypes(layout: object, kinds: Kinds): object {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(layout)) {
    const kind = kinds[name];
    if (typeof kind === 'string') fields[name] = kind in WIDTHS ? { offset: value, type: kind } : value;
    else fields[name] = kind && typeof value === 'object' && value !== null ? withTypes(value, kind) : value;
  }
  return fields;
}

/** `member` as the kind that it is known to be of. Throws Error where it is of another: that is a fault of ours. */
export function ofKind<T extends { readonly kind: string }, K extends T['kind']>(
  member: T,
  kind: K,
): Extract<T, { readonly kind: K }> {
  if (member.kind !== kind) throw new Error(`a layout of kind ${member.kind} where there is only ${kind}`);
  return member as Extract<T, { readonly kind: K }>;
}
