/**
 * Is there a frame at this address? Asked where no link leads to it, or only one that cannot be trusted: then the frame must
 * show it by itself. It names a code object, and the instruction that it is at lies in that code: no other structure does.
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, toAddress } from '../../memory/address.js';
import { CodeShapes } from '../code-shapes.js';
import { isPlaceLost, isShim } from '../frames.js';
import { ofKind } from '../layouts/fields.js';
import type { FrameLayout } from '../layouts/layout.js';
import { waitFieldsOf } from '../layouts/wait-fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';

/** A frame of 3.11 or later. */
export interface FrameAt {
  readonly address: Address;
  readonly code: Address;
  /** Bytes into the bytecode; -1: not started, or its code is lost, or the word that tells. */
  readonly lasti: number;
  /** Only where that word is lost. */
  readonly isPlaceLost?: true;
  readonly owner: number;
  /** As it stands there; 0: none. */
  readonly previous: number;
  /** Whether it says itself that its eval loop began with it (3.11). */
  readonly isEntry: boolean;
  /** Whether it is one of the interpreter's own, which are not shown. */
  readonly isHidden: boolean;
  /** What it takes of the data stack; null: its code object is lost, and with it that. */
  readonly size: number | null;
}

const INTERPRETER_FRAME = partOf(({ frames }) => {
  const { f_code, previous, instr, owner, is_entry, tlbc_index } = ofKind(
    frames,
    'interpreter-frames',
  )._PyInterpreterFrame;
  return { f_code, previous, instr, owner, is_entry, tlbc_index };
});

const CODE = partOf(({ PyVarObject, PyCodeObject: { co_nlocalsplus } }) => ({
  ob_size: PyVarObject.ob_size,
  co_nlocalsplus,
}));

/** sizeof(PyObject *), and of a code unit. */
const WORD = 8;
const UNIT = 2;
/** No code object is longer: what lies further off is not of this one. */
const MOST_CODE = 2 ** 24;
const MOST_OWNER = 4;

/** More slots than any function has: CPython refuses to compile code that needs more stack. */
const MOST_SLOTS = 2 ** 20;

/**
 * The frame at `address`, if its code object is to be had; null: there is none. With `orLost` also one whose code object is
 * lost, if all else is as it must be: for what a link leads to. Never throws for what memory holds.
 */
export function frameAt(python: Python, address: number, orLost = false): FrameAt | null {
  if (!isUserSpace(address) || address % WORD !== 0) return null;
  try {
    return readFrameAt(python, toAddress(address), orLost);
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function readFrameAt(python: Python, address: Address, orLost: boolean): FrameAt | null {
  const layout = ofKind(python.layout.frames, 'interpreter-frames');
  // Taken out before anything else is read: the values may not outlive another read.
  const read = INTERPRETER_FRAME(python).read(python.memory, address);
  const { instr, owner, tlbc_index: tlbcIndex = 0, is_entry = 0 } = read;
  const runs = untagged(read.f_code, layout);
  const previous = untagged(read.previous, layout);
  if (owner > MOST_OWNER || owner === layout.FRAME_OWNED_BY_CSTACK || !isUserSpace(runs)) return null;
  const code = toAddress(runs);
  if (previous !== 0 && (!isUserSpace(previous) || previous % WORD !== 0)) return null;
  const frame = { address, code, owner, previous, isEntry: is_entry !== 0 };
  const known = readCodeOf(python, code);
  if (known === null) {
    const into = instr - code - (python.layout.PyCodeObject.co_code_adaptive ?? 0);
    if (!orLost || into < -UNIT || into > MOST_CODE || into % UNIT !== 0) return null;
    // A call is never among the first instructions, but there the interpreter's own clean-up after `__init__` waits.
    const isHidden = into <= 2 * UNIT;
    return { ...frame, lasti: -1, isHidden, size: null };
  }
  const { shape, units, slots } = known;
  const size = layout._PyInterpreterFrame.localsplus + WORD * slots;
  // What stands behind it is lost with it: whose the frame is, and which copy of the code it runs.
  if (orLost && instr === 0 && isPlaceLost(python, address)) {
    return { ...frame, lasti: -1, isPlaceLost: true, isHidden: isShim(python, code), size };
  }
  const lasti = instr - python.the(CodeShapes).firstInstruction(code, shape, tlbcIndex);
  if (lasti < -UNIT || lasti > UNIT * units) return null;
  const started = owner === layout.FRAME_OWNED_BY_GENERATOR || lasti >= shape.firstTraceable;
  return {
    ...frame,
    lasti: started && lasti >= 0 ? lasti : -1,
    isHidden: !started && shape.isTrampoline,
    size,
  };
}

/** null: it is no code object, or lost. */
function readCodeOf(python: Python, code: Address) {
  try {
    const shape = python.the(CodeShapes).read(code);
    const stack = waitFieldsOf(python.layout)?.code.co_stacksize;
    if (!shape || stack === undefined) return null;
    const { ob_size: units, co_nlocalsplus = 0 } = CODE(python).read(python.memory, code);
    const stacksize = python.memory.read(toAddress(code + stack), 4).getInt32(0, true);
    const slots = co_nlocalsplus + stacksize;
    return units > 0 && slots >= 0 && slots < MOST_SLOTS ? { shape, units, slots } : null;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function untagged(pointer: number, { tagMask }: FrameLayout & { kind: 'interpreter-frames' }): number {
  return tagMask === 0 ? pointer : pointer - (pointer % (tagMask + 1));
}
