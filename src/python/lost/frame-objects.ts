/**
 * Which frames are of one stack up to 3.10, where code objects are lost that they run? Each is an object, and says by its type
 * that it is a frame and where the next outer one is: the stack goes on beyond what cannot be named.
 */
import { formatAddress, isUserSpace, toAddress } from '../../memory/address.js';
import { CodeShapes } from '../code-shapes.js';
import { type FrameWalk, isPlaceLost, type StackWalk } from '../frames.js';
import { ofKind } from '../layouts/fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { TypeNames } from '../type-names.js';

const MOST_FRAMES = 1_000_000;

const FRAME_OBJECT = partOf(({ PyObject, frames }) => {
  const { f_back, f_code, f_lasti } = ofKind(frames, 'frame-objects').PyFrameObject;
  return { ob_type: PyObject.ob_type, f_back, f_code, f_lasti };
});

/** The frames from the one at `first` on, those whose code objects are lost among them. Never throws for what memory holds. */
export function linkedFrameObjects(python: Python, first: number): Pick<StackWalk, 'frames' | 'ending'> {
  const frames: FrameWalk[] = [];
  const seen = new Set<number>();
  for (let at = first; at !== 0; ) {
    const frame = seen.has(at) || seen.size > MOST_FRAMES ? null : frameObjectAt(python, at);
    if (frame === null) {
      const reason = `the frame at ${formatAddress(at)} is lost, and with it those beyond`;
      return { frames, ending: { kind: 'truncated', reason } };
    }
    seen.add(at);
    frames.push(frame.walk);
    at = frame.f_back;
  }
  return { frames, ending: { kind: 'complete', reason: null } };
}

/** The frame object at `address`; null: there is none. */
export function frameObjectAt(python: Python, address: number): { walk: FrameWalk; f_back: number } | null {
  const layout = ofKind(python.layout.frames, 'frame-objects');
  if (!isUserSpace(address) || address % 8 !== 0) return null;
  try {
    const at = toAddress(address);
    const { ob_type, f_back, f_code, f_lasti } = FRAME_OBJECT(python).read(python.memory, at);
    if (python.the(TypeNames).ofType(ob_type) !== 'frame' || !isUserSpace(f_code)) return null;
    const unit = layout.lasti === 'instructions' ? 2 : 1;
    // Whether its code object is there says who shows it.
    const lasti = python.the(CodeShapes).has(f_code) && f_lasti >= 0 ? f_lasti * unit : -1;
    const walk: FrameWalk = { address: at, code: toAddress(f_code), lasti, isEntry: true, owner: null };
    return { walk: lasti === 0 && isPlaceLost(python, at) ? { ...walk, lasti: -1, isPlaceLost: true } : walk, f_back };
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
