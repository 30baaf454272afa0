/**
 * Which frames lie on a data stack, where the code objects are lost that they run? Without its code nothing tells how long a
 * frame is, and in the part that it does not use may lie what is left of calls of the past. So not every header of a frame
 * is one: it has to show that it waits for what it called.
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import { ofKind } from '../layouts/fields.js';
import { taskFieldsOf } from '../layouts/task-fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { type FrameAt, frameAt } from './frame-at.js';

const WORD = 8;
const OBJECT_ALIGNMENT = 8;
/** Longer than the frame of any function that people wrote. */
const MOST_FRAME_BYTES = 2 ** 20;

/**
 * How long the frames of each code object are, learned from calls that are known to follow each other: what is called lies
 * right behind its caller. One of each handle: `python.the(FrameSizes)`.
 */
export class FrameSizes {
  readonly #sizes = new Map<number, number | null>();

  /** `callee` lies on the same piece of the stack, and was called by `caller`. */
  learn(caller: FrameAt, callee: number): void {
    const size = callee - caller.address;
    if (size <= 0 || size > MOST_FRAME_BYTES) return;
    const known = this.#sizes.get(caller.code);
    // Two lengths of one code: one of the links is none.
    this.#sizes.set(caller.code, known === undefined || known === size ? size : null);
  }

  /** Bytes; null: not known. */
  of({ code, size }: FrameAt): number | null {
    return size ?? this.#sizes.get(code) ?? null;
  }
}

const HEADER = partOf(({ frames }) => {
  const { f_globals, f_locals, frame_obj } = ofKind(frames, 'interpreter-frames')._PyInterpreterFrame;
  return { f_globals, f_locals, frame_obj };
});

/**
 * The newest frame in `range` that is certain to be one. `called`: the frame that lies where the range ends; null: the
 * innermost of all did, or will.
 */
export function newestBare(python: Python, range: Range, called: { readonly previous: number } | null): FrameAt | null {
  for (let at = range.end - WORD; at >= range.start; at -= WORD) {
    const frame = frameAt(python, at, true);
    if (frame === null || frame.owner !== 0 || (frame.size === null && bareAt(python, at) === null)) continue;
    const size = python.the(FrameSizes).of(frame);
    if (size === null ? waits(python, frame, range.end, called) : at + size === range.end) return frame;
  }
  return null;
}

/** The frame at `address`, whose code object is lost: as far as its header tells. */
export function bareAt(python: Python, address: number): FrameAt | null {
  const frame = frameAt(python, address, true);
  if (frame === null || frame.owner !== 0 || frame.size !== null) return null;
  try {
    const { f_globals, f_locals, frame_obj } = HEADER(python).read(python.memory, frame.address);
    const isFrame = isObject(f_globals) && [f_locals, frame_obj].every((word) => word === 0 || isObject(word));
    return isFrame && isLost(python, frame.code) ? frame : null;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function isObject(word: number): boolean {
  return isUserSpace(word) && word % OBJECT_ALIGNMENT === 0;
}

/** Whether of what should be an object there is nothing but zeros, or nothing at all. */
function isLost(python: Python, address: Address): boolean {
  try {
    return python.get(address, python.fields.PyObject.ob_type) === 0;
  } catch (error) {
    reasonOf(error);
    return true;
  }
}

/**
 * Whether the frame has called something that has not come back. Up to 3.13 `stacktop` says -1 from when it runs until it is
 * left, and a call that is over has left it. From 3.14 on one that is over names no code any more.
 * https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_frame.h (search for _PyFrame_GetStackPointer)
 * https://github.com/python/cpython/blob/v3.14.0/Python/ceval.c (search for clear_thread_frame)
 */
function waits(
  python: Python,
  { address }: FrameAt,
  end: number,
  called: { readonly previous: number } | null,
): boolean {
  const depth = taskFieldsOf(python.layout)?.depth;
  const { localsplus } = ofKind(python.layout.frames, 'interpreter-frames')._PyInterpreterFrame;
  try {
    if (depth?.kind === 'stackpointer') {
      const top = python.pointer(address, depth.stackpointer);
      return top === 0 || (top >= address + localsplus && top <= end && top % WORD === 0);
    }
    if (depth?.kind !== 'stacktop') return false;
    const stacktop = python.memory.read(toAddress(address + depth.stacktop), 4).getInt32(0, true);
    if (stacktop === -1) return true;
    const top = address + localsplus + WORD * (stacktop - 1);
    // It asked a generator for a value, and has it on its stack until that is there.
    const { generators } = python.layout.objects;
    return (
      called !== null &&
      generators.kind === 'inline-frame' &&
      stacktop > 0 &&
      top < end &&
      python.pointer(toAddress(top), 0) === called.previous - generators.gi_iframe
    );
  } catch (error) {
    reasonOf(error);
    return false;
  }
}
