/** Which findings hold, and since when? A finding of one look may be of a moment only; one that holds is told. Pure. */
import type { Finding, FindingCode } from '../snapshot.js';
import type { WatchedFinding } from './model.js';

/** If one of these is certain, those whom it is about cannot go on any more. */
const HANGS: ReadonlySet<FindingCode> = new Set(['deadlock', 'self-deadlock', 'import-deadlock', 'orphaned-lock']);

export function isHang({ finding }: WatchedFinding): boolean {
  return finding.certain && HANGS.has(finding.code);
}

export class HeldFindings {
  #held = new Map<string, WatchedFinding>();

  /** @param patience looks on end for which a finding has to hold before it is told */
  constructor(private readonly patience: number) {}

  /** The next look. Tells those that hold from this look on, and those that were told and hold no more. */
  add(findings: readonly Finding[], at: string): { readonly held: WatchedFinding[]; readonly gone: WatchedFinding[] } {
    const now = new Map<string, WatchedFinding>();
    for (const finding of findings) {
      const key = keyOf(finding);
      const before = this.#held.get(key);
      now.set(key, { finding, looks: (before?.looks ?? 0) + 1, since: before?.since ?? at });
    }
    const gone = [...this.#held].filter(([key, { looks }]) => looks >= this.patience && !now.has(key));
    this.#held = now;
    return {
      held: [...now.values()].filter(({ looks }) => looks === this.patience),
      gone: gone.map(([, finding]) => finding),
    };
  }

  /** Those that hold, as of the last look. */
  all(): WatchedFinding[] {
    return [...this.#held.values()].filter(({ looks }) => looks >= this.patience);
  }
}

/** The same about the same threads, whatever the words: times in them grow. */
function keyOf({ code, certain, tids, pids, edges }: Finding): string {
  return [code, certain, inOrder(tids), inOrder(pids), edges.map(({ resource }) => resource)].join(' ');
}

function inOrder(ids: readonly number[]): number[] {
  return [...ids].sort((a, b) => a - b);
}
