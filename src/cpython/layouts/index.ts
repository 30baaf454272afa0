/** Which row describes this version? Adding a version is one line here. */
import type { Layout } from './layout.js';
import { v3_7 } from './v3_7.js';
import { v3_8 } from './v3_8.js';
import { v3_9 } from './v3_9.js';
import { v3_10 } from './v3_10.js';
import { v3_11 } from './v3_11.js';
import { v3_12 } from './v3_12.js';
import { v3_13 } from './v3_13.js';

/** Oldest first. */
const ROWS: readonly Layout[] = [v3_7, v3_8, v3_9, v3_10, v3_11, v3_12, v3_13];

/** "3.7", "3.8", … in that order. */
export const SUPPORTED_VERSIONS: readonly string[] = ROWS.map((row) => row.version);

/** The newest version there is a row for. */
export const NEWEST_KNOWN: Layout = v3_13;

/** The row of a version, or null where there is none. `patch` null: not known; the newest patch release is assumed. */
export function layoutFor(major: number, minor: number, _patch: number | null): Layout | null {
  return ROWS.find((row) => row.version === `${major}.${minor}`) ?? null;
}
