/**
 * Where does each number of a row come from? From this C expression, compiled against that version's own headers.
 *
 * The tree has the shape of the row itself: every number is replaced by a probe (how C says it), every word stands as it should. The compiler thus refuses a tree that
 * leaves out a required number, and the test refuses a row that has a number more or less than the tree.
 */

/** One number of a row, as C says it. */
export type Probe =
  /** `offsetof(struct, member)`, and of a scalar `sizeof` the member: what FIELD_TYPES says must be as wide. */
  | { readonly kind: 'offset'; readonly struct: string; readonly member: string; readonly isScalar: boolean }
  /** A constant expression. `atLeast`: the row may have less, see {@link sizeAtLeast}. */
  | { readonly kind: 'value'; readonly c: string; readonly atLeast: boolean }
  /** The shift of a bit field: set its lowest bit, look at the `bytes`-wide integer at `container`. */
  | {
      readonly kind: 'shift';
      readonly struct: string;
      readonly member: string;
      readonly container: string;
      readonly bytes: number;
    };

/** A row with every number replaced by its probe. */
export type Probed<T> = T extends number ? Probe : T extends string ? T : { readonly [K in keyof T]: Probed<T[K]> };

/** What only some versions have. */
export function when<T>(condition: boolean, then: T): T | undefined {
  return condition ? then : undefined;
}

/** Probes of one struct's members: `of('PyCodeObject')('co_name')`. */
export function of(struct: string) {
  return (member: string): Probe => ({ kind: 'offset', struct, member, isScalar: true });
}

/** Offset of a member whose size is not read as such: an array, or a struct inside. */
export function start(struct: string, member: string): Probe {
  return { kind: 'offset', struct, member, isScalar: false };
}

export function value(c: string): Probe {
  return { kind: 'value', c, atLeast: false };
}

export function sizeOf(type: string): Probe {
  return value(`sizeof(${type})`);
}

/** Patch releases append to the state structures: the row has the size of the oldest release, the header maybe more. */
export function sizeAtLeast(type: string): Probe {
  return { kind: 'value', c: `sizeof(${type})`, atLeast: true };
}

export function shift(struct: string, container: string, member: string, bytes = 4): Probe {
  return { kind: 'shift', struct, member: `${container}.${member}`, container, bytes };
}
