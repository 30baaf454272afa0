/** Why could threads not be stopped, or not for long enough? Told as warnings; what they are shown by instead is decided elsewhere. */
import type { Warning } from '../snapshot.js';
import type { Pass, PassThread } from './pass-result.js';

/** Whether a thread was on the move and could not be stopped. */
export function isRefused({ frozen }: Pass): (thread: PassThread) => boolean {
  const refused = new Set(frozen.refused.map(({ tid }) => tid));
  return ({ tid, evidence, gone }) => tid !== null && refused.has(tid) && evidence === 'none' && !gone;
}

/** Why it is no use to try to stop them again; null: nothing says so. */
export function hindranceOf(pass: Pass, maxPauseMs: number): Warning | null {
  if (pass.frozen.overPause) {
    const message = `threads were let go after ${maxPauseMs} ms, the limit set by --max-pause, before all was copied`;
    return { code: 'max-pause-exceeded', message };
  }
  return pass.threads.some(isRefused(pass)) ? notStoppable(pass) : null;
}

export function notStoppable({ frozen: { refused } }: Pass): Warning | null {
  const [first, ...more] = refused;
  if (!first) return null;
  const why = [...new Set(refused.map((thread) => REFUSALS[thread.why] ?? thread.why))].join('; ');
  const code = 'not-stoppable';
  if (more.length > 0) return { code, message: `${refused.length} threads could not be stopped: ${why}` };
  return { code, tid: first.tid, message: `thread ${first.tid} could not be stopped: ${why}` };
}

/** What a refusal means, by the name of its errno. */
const REFUSALS: Readonly<Record<string, string>> = {
  EPERM: 'another process traces it, or we may not',
  ETIMEDOUT: 'it is in an uninterruptible wait, or there is no CPU for it',
};
