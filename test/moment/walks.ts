/** Stacks made up, for tests of how they are compared. */

import { toAddress } from '../../src/memory/address.js';
import type { Pass, PassThread } from '../../src/moment/pass-result.js';
import type { ThreadWalk } from '../../src/moment/walker.js';
import type { ThreadStateWalk } from '../../src/python/runtime.js';
import { Answers } from '../../src/questions/answers.js';
import type { WalkedFrame } from '../../src/questions/stacks.js';

const NOT_READ = { ran: { problem: 'none' } };

/** A thread of one state with these frames, outermost first, as "address:code@lasti" numbers in hexadecimal. */
export function walkOf(frames: string, { complete = true, fitsEvalLoops = true } = {}): ThreadWalk {
  const parsed = frames.split(' ').filter(Boolean).map(frameOf).reverse();
  return {
    state: { address: toAddress(0x7000) } as ThreadStateWalk,
    stack: {
      frames: parsed,
      ending: complete ? { kind: 'complete', reason: null } : { kind: 'truncated', reason: 'a page is missing' },
      fitsEvalLoops,
      enteredAt: null,
    },
    answers: new Answers(),
  };
}

function frameOf(text: string): WalkedFrame {
  const [address = 0, code = 0, lasti = 0] = text.split(/[:@]/).map((number) => Number.parseInt(number, 16));
  return { address: toAddress(address), code: toAddress(code), lasti, isEntry: true, owner: 0, ...NOT_READ };
}

export function threadOf(walk: ThreadWalk, more: Partial<PassThread> = {}): PassThread {
  return { walk, tid: 100, frozen: null, evidence: 'none', gone: false, missing: false, unowned: false, ...more };
}

/** Only what comparing looks at. */
export function passOf(...threads: PassThread[]): Pass {
  return { threads } as unknown as Pass;
}
