/** What is read of a dict, however its version stores it? */

/** Pointers as they stand in the table, not null; in damaged memory they may be no addresses. */
export interface DictItem {
  key: number;
  value: number;
}

export interface DictItems {
  items: DictItem[];
  /** Whether the limit left some out. */
  truncated: boolean;
}
