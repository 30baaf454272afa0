/**
 * How are many targets looked at? One after the other, in one process of ours: what cannot be read, or ends, is an
 * answer like another, and nothing is kept of a target once its answer was taken.
 */
import { PystackError } from '../errors.js';
import type { Snapshot } from '../snapshot.js';

/** One that could be looked at, or why it could not. */
export type Look<Target> =
  | { readonly target: Target; readonly snapshot: Snapshot; readonly error: null }
  | { readonly target: Target; readonly snapshot: null; readonly error: PystackError };

/**
 * @param targets may grow meanwhile
 * @param progress told before each, with how many were looked at already
 */
export async function* lookAtEach<Target>(
  targets: readonly Target[],
  look: (target: Target) => Snapshot | Promise<Snapshot>,
  progress: (done: number, target: Target) => void = () => {},
): AsyncGenerator<Look<Target>> {
  for (const [done, target] of targets.entries()) {
    progress(done, target);
    yield await answerOf(target, look);
  }
}

async function answerOf<Target>(
  target: Target,
  look: (target: Target) => Snapshot | Promise<Snapshot>,
): Promise<Look<Target>> {
  try {
    return { target, snapshot: await look(target), error: null };
  } catch (thrown) {
    return { target, snapshot: null, error: asPystackError(thrown) };
  }
}

/** A fault of ours in one of a thousand is told as such, and the others are shown. */
function asPystackError(thrown: unknown): PystackError {
  if (thrown instanceof PystackError) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new PystackError('internal', `something unexpected happened: ${what}`, { underlying: thrown });
}

/** How a number of looks went, for the exit code. */
export class Tally {
  shown = 0;
  failed = 0;
  incomplete = 0;

  add({ snapshot }: Look<unknown>): void {
    if (snapshot === null) this.failed++;
    else {
      this.shown++;
      if (!snapshot.complete) this.incomplete++;
    }
  }

  get complete(): boolean {
    return this.failed === 0 && this.incomplete === 0;
  }
}
