/** Of which C type is a member of a structure: how wide is it, and how is it read? */

/** Types of members that are read as one number. `pointer` stands for every pointer and for `size_t`. */
export type Scalar =
  | 'pointer'
  | 'Py_ssize_t'
  | 'unsigned long'
  | 'long'
  | 'int64_t'
  | 'uint64_t'
  | 'double'
  | 'int'
  | 'unsigned int'
  | 'signed char'
  | 'unsigned char';

/** What a number of a layout is. */
export type NumberKind =
  /** The offset of a member of this type. */
  | Scalar
  /** The offset of an array or a structure inside. */
  | 'inside'
  /** The size of a structure, or where the next thing begins behind it. */
  | 'size'
  /** The position of a bit in a word. */
  | 'bit'
  /** The value of a macro or enumerator. */
  | 'constant';

/** sizeof, in LP64. */
export const WIDTHS: Readonly<Record<Scalar, number>> = {
  pointer: 8,
  Py_ssize_t: 8,
  'unsigned long': 8,
  long: 8,
  int64_t: 8,
  uint64_t: 8,
  double: 8,
  int: 4,
  'unsigned int': 4,
  'signed char': 1,
  'unsigned char': 1,
};

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K> = T extends unknown ? (K extends keyof T ? NonNullable<T[K]> : never) : never;
type IsNumber<T> = [T] extends [number] ? true : false;
type IsStructure<T> = [T] extends [readonly unknown[] | string | number] ? false : true;

/** For every number in `T`, whichever of the kinds of a member has it, what it is. */
export type KindsOf<T> = {
  readonly [K in KeysOf<T> as IsNumber<ValueOf<T, K>> extends true
    ? K
    : IsStructure<ValueOf<T, K>> extends true
      ? K
      : never]: IsNumber<ValueOf<T, K>> extends true ? NumberKind : KindsOf<ValueOf<T, K>>;
};
