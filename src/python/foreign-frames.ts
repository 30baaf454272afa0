/**
 * Whose frames are these? A compiler may push frames of a type of its own for what it compiled (Nuitka's `compiled_frame`):
 * they say themselves which line they are at, and keep variables elsewhere. And code that somebody else compiled may leave
 * the variables of ordinary frames unset: where an argument is that the code never deletes, they are not kept there.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace, offsetBy, toAddress } from '../memory/address.js';
import { bytesOf } from '../memory/reader.js';
import { opcodesOf } from './layouts/opcodes.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import { TypeNames } from './type-names.js';

export interface ForeignFrame {
  /** What it says itself; null: nothing. */
  readonly line: number | null;
}

/** `f_lineno` follows `f_lasti` up to 3.10. https://github.com/python/cpython/blob/v3.10.13/Include/cpython/frameobject.h */
const AFTER_LASTI = 4;
/** Behind the header: `f_back`, `f_frame`, `f_trace`, then it. https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_frame.h (struct _frame) */
const AFTER_HEADER = 24;

/** What a frame object says if it is no frame of Python's own; null: it is. What cannot be told is taken for Python's. */
export function readForeignFrame(python: Python, object: number): ForeignFrame | null {
  try {
    const address = toAddress(object);
    if (python.the(TypeNames).ofObject(address) === 'frame') return null;
    const { frames, PyObject } = python.layout;
    const offset =
      frames.kind === 'frame-objects' ? frames.PyFrameObject.f_lasti + AFTER_LASTI : PyObject.sizeof + AFTER_HEADER;
    const line = python.memory.read(offsetBy(address, offset), 4).getInt32(0, true);
    return { line: line > 0 ? line : null };
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

/**
 * Whether the function of an interpreter frame was compiled at run time: who calls it begins in memory of no file. Its own loop
 * would then begin nowhere, so variables may be kept elsewhere than in the frame. False where that cannot be told.
 */
export function wasCompiled(frames: Python, objects: Python, frame: Address): boolean {
  const { layout } = frames;
  const { vectorcall } = layout.objects.PyFunctionObject;
  if (layout.frames.kind === 'frame-objects' || vectorcall === undefined || frames.files.length === 0) return false;
  try {
    const word = frames.pointer(frame, layout.frames._PyInterpreterFrame.f_funcobj);
    const object = toAddress(word - (word % (layout.frames.tagMask + 1)));
    if (objects.the(TypeNames).ofObject(object) !== 'function') return false;
    const begins = objects.pointer(object, vectorcall);
    return (
      isUserSpace(begins) && begins !== 0 && !frames.files.some(({ start, end }) => begins >= start && begins < end)
    );
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

/** By version: DELETE_FAST and, from 3.12 on, LOAD_FAST_AND_CLEAR, as the module `opcode` has them. Not of 2.7, whose instructions are of several lengths. */
const UNSETTING: Readonly<Record<string, readonly number[]>> = {
  '3.6': [126],
  '3.7': [126],
  '3.8': [126],
  '3.9': [126],
  '3.10': [126],
  '3.11': [126],
  '3.12': [126, 143],
  '3.13': [65, 86],
  '3.14': [63, 85],
  '3.15': [61, 84],
};

/** More bytecode than that is not looked through. */
const CODE_LIMIT = 2 ** 20;

/** Which arguments may code leave without a value? Each code object is looked through once. */
export class UnsettingCode {
  readonly #python: Python;
  /** null: that cannot be told. */
  readonly #known = new Map<Address, ReadonlySet<number> | null>();

  constructor(python: Python) {
    this.#python = python;
  }

  /** Whether some instruction of the code object may unset the variable of a slot; true where that cannot be told. */
  has(code: Address, slot: number): boolean {
    let unset = this.#known.get(code);
    if (unset === undefined) {
      unset = this.#read(code);
      this.#known.set(code, unset);
    }
    return unset?.has(slot) ?? true;
  }

  /** Slots that some instruction unsets. */
  #read(code: Address): ReadonlySet<number> | null {
    const { layout } = this.#python;
    const unsetting = UNSETTING[layout.version];
    const opcodes = opcodesOf(layout.version);
    if (!unsetting || !opcodes) return null;
    try {
      const bytecode = this.#bytecodeOf(code);
      if (bytecode === null) return null;
      const slots = new Set<number>();
      let extended = 0;
      for (let at = 0; at < bytecode.length; at += 2) {
        const [opcode = 0, argument = 0] = bytecode.subarray(at, at + 2);
        // What stands in place of another instruction may hide one of these.
        if (opcodes.replaced.has(opcode)) return null;
        const whole = extended + argument;
        if (unsetting.includes(opcode)) slots.add(whole);
        extended = opcode === opcodes.EXTENDED_ARG ? whole * 256 : 0;
        at += 2 * (opcodes.caches.get(opcode) ?? 0);
      }
      return slots;
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  #bytecodeOf(code: Address): Uint8Array | null {
    const { memory, layout } = this.#python;
    const { co_code, co_code_adaptive } = layout.PyCodeObject;
    const holder = co_code === undefined ? code : toAddress(this.#python.pointer(code, co_code));
    const start = co_code === undefined ? co_code_adaptive : layout.PyBytesObject.ob_sval;
    const units = this.#python.ssize(holder, layout.PyVarObject.ob_size);
    const size = co_code === undefined ? 2 * units : units;
    if (start === undefined || size < 0 || size > CODE_LIMIT) return null;
    return size === 0 ? new Uint8Array(0) : bytesOf(memory.read(offsetBy(holder, start), size));
  }
}
