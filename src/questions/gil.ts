/** Does this thread hold its interpreter's lock, or wait for it? Told by what was copied already, and by the kernel's look. */
import { gilStateOf } from '../python/gil.js';
import type { GilState } from '../snapshot.js';
import type { ThreadAt, ThreadQuestion } from './question.js';

export const GIL: ThreadQuestion<GilState> = {
  name: 'what it has of the GIL',
  of: 'thread',
  reads: 'own',
  ask: (_, at) => {
    const { state, runtime } = at;
    if (!state) return 'none';
    const interpreter = runtime.interpreters.find(({ address }) => address === state.interpreter);
    return gilStateOf(state, interpreter?.gil ?? null, blockedCall(at));
  },
  same: (a, b) => a === b,
};

function blockedCall({ look }: ThreadAt): Parameters<typeof gilStateOf>[2] {
  if (!look || look.running === null) return 'unknown';
  return look.syscall === null ? null : { nr: look.syscall.number, args: look.syscall.args };
}
