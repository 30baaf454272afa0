/** Does what was seen make the command fail, as a health check has asked for? */
import type { Snapshot } from '../snapshot.js';

/** What `--fail-on` takes. */
export const FAIL_ON = ['deadlock'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** Findings that are a deadlock for certain: what only may be one fails nobody's health check. */
const DEADLOCKS: ReadonlySet<string> = new Set(['deadlock', 'self-deadlock', 'import-deadlock']);

/** `failOn` null: nothing makes it fail. */
export function isFailure(failOn: FailOn | null, snapshot: Pick<Snapshot, 'findings' | 'others'> | null): boolean {
  if (failOn !== 'deadlock' || snapshot === null) return false;
  // Documents of earlier versions have none.
  const findings = [snapshot, ...(snapshot.others ?? [])].flatMap((one) => one.findings ?? []);
  return findings.some(({ code, certain }) => certain && DEADLOCKS.has(code));
}
