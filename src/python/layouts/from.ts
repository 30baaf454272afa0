/**
 * How is a version's row told? As the difference to the one before: what moved, what came, what went (`null`). So a row
 * reads as what porting took, and the next version's is as long as that version's changes.
 */
import { withObjectHeader } from './builds.js';
import type { Layout } from './layout.js';

/**
 * What another version has otherwise. Numbers and words replace those of the row; `null` takes away what only some
 * versions have. A member of several kinds (`frames`, `dict`, `gil` …) is either told whole, with the word that says of
 * which kind it is, or by what differs within its kind, without.
 */
export type Difference<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? T extends Kinded
      ? T | Within<T>
      : Within<T>
    : T;

/** The words by which members of several kinds are told apart. */
type Kinded = { readonly kind: string } | { readonly keys: string } | { readonly owner: string };
export const KINDS = ['kind', 'keys', 'owner'] as const;

type Within<T> = {
  readonly [K in keyof T as T extends Kinded ? Exclude<K, (typeof KINDS)[number]> : K]?:
    | Difference<NonNullable<T[K]>>
    | (undefined extends T[K] ? null : never);
};

/** A version's row, made when it is first asked for: a process is of one version. */
export type Row = () => Layout;

/** The row that differs in `difference` from `row`. The compiler refuses what no layout has. */
export function from(row: Row, difference: Difference<Omit<Layout, 'origin'>>): Row {
  return once(() => merged(row(), difference) as Layout);
}

/** The two words more that an object header has without a GIL. https://peps.python.org/pep-0703/ (Reference counting) */
export const LONGER_HEADER = 16;

/**
 * The row of a version's free-threaded build, which differs in `difference` from the ordinary one besides what the longer
 * object headers move.
 */
export function freeThreaded(row: Row, difference: Difference<Omit<Layout, 'origin' | 'version'>>): Row {
  return from(() => withObjectHeader(row(), LONGER_HEADER), difference);
}

function once(make: Row): Row {
  let made: Layout | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function merged(before: object | undefined, difference: object): object {
  const isWhole =
    before === undefined || KINDS.some((kind) => typeof (difference as Record<string, unknown>)[kind] === 'string');
  const result: Record<string, unknown> = isWhole ? {} : { ...before };
  for (const [key, value] of Object.entries(difference) as [string, unknown][]) {
    if (value === null) delete result[key];
    else if (typeof value === 'object' && !Array.isArray(value))
      result[key] = merged(result[key] as object | undefined, value as object);
    else result[key] = value;
  }
  return result;
}
