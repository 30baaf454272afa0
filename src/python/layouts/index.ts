/** Which row describes this interpreter? Adding a version is one line here. */
import { type Build, forBuild, ORDINARY_BUILD } from './builds.js';
import type { Row } from './from.js';
import type { Layout } from './layout.js';
import { v2_7 } from './v2_7.js';
import { v3_6 } from './v3_6.js';
import { v3_7, v3_7_0 } from './v3_7.js';
import { v3_8 } from './v3_8.js';
import { v3_9 } from './v3_9.js';
import { v3_10 } from './v3_10.js';
import { v3_11 } from './v3_11.js';
import { v3_12 } from './v3_12.js';
import { v3_13 } from './v3_13.js';
import { v3_13t } from './v3_13t.js';
import { v3_14 } from './v3_14.js';
import { v3_14t } from './v3_14t.js';
import { v3_15 } from './v3_15.js';
import { v3_15t } from './v3_15t.js';

interface Entry {
  readonly version: string;
  readonly row: Row;
  /** The first patch release it describes; until the next entry of that version. 0 when left out. */
  readonly fromPatch?: number;
  /** That of the build without a GIL, where there is one. */
  readonly freeThreaded?: Row;
}

/** Oldest first. */
const ROWS: readonly Entry[] = [
  { version: '2.7', row: () => v2_7 },
  { version: '3.6', row: () => v3_6 },
  { version: '3.7', row: v3_7_0 },
  { version: '3.7', row: v3_7, fromPatch: 4 },
  { version: '3.8', row: v3_8 },
  { version: '3.9', row: v3_9 },
  { version: '3.10', row: v3_10 },
  { version: '3.11', row: v3_11 },
  { version: '3.12', row: v3_12 },
  { version: '3.13', row: v3_13, freeThreaded: v3_13t },
  { version: '3.14', row: v3_14, freeThreaded: v3_14t },
  { version: '3.15', row: v3_15, freeThreaded: v3_15t },
];

/** "2.7", "3.6", "3.7", … in that order. */
export const SUPPORTED_VERSIONS: readonly string[] = [...new Set(ROWS.map(({ version }) => version))];

/** The newest version there is a row for: "3.15". */
export const NEWEST_KNOWN: string = SUPPORTED_VERSIONS.at(-1) ?? '';

/**
 * The row of a version as a certain build has it; null where there is none.
 * `patch` null: not known; the newest patch release is assumed.
 */
export function layoutFor(
  major: number,
  minor: number,
  patch: number | null,
  build: Partial<Build> = {},
): Layout | null {
  const { freeThreaded, ...rest } = { ...ORDINARY_BUILD, ...build };
  const entry = ROWS.findLast(
    ({ version, fromPatch = 0 }) => version === `${major}.${minor}` && (patch === null || fromPatch <= patch),
  );
  const row = freeThreaded ? entry?.freeThreaded?.() : entry?.row();
  return row ? forBuild(row, { ...rest, freeThreaded }) : null;
}
