/** The first characters of a string, as they are stored. */
export interface Characters {
  /** `kind` bytes each. May alias the reader's storage. */
  view: DataView;
  kind: 1 | 2 | 4;
  /** Of the whole object. */
  length: number;
}
