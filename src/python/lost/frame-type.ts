/**
 * Which type do frame objects have (up to 3.10), where neither its name nor the symbols of the interpreter's file are to be had?
 * That of the frames which thread states lead to: they were told by the code that they run.
 */
import { type Address, toAddress } from '../../memory/address.js';
import { isMetatype, Py_TPFLAGS, readType } from '../code-type.js';
import { ofKind } from '../layouts/fields.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { TypeNames } from '../type-names.js';

const WORD = 8;

/** Remembers the type of these frames as `frame`, if it is like that: frames of other makers have types of their own. */
export function learnFrameType(python: Python, frames: Iterable<Address>): void {
  const seen = new Set<number>();
  for (const frame of frames) {
    try {
      const type = python.get(frame, python.fields.PyObject.ob_type);
      if (seen.has(type)) continue;
      seen.add(type);
      if (isNameLost(python, type) && isFrameType(python, toAddress(type))) python.the(TypeNames).note(type, 'frame');
    } catch (error) {
      reasonOf(error);
    }
  }
}

function isNameLost(python: Python, type: number): boolean {
  try {
    return python.the(TypeNames).ofType(type) === '';
  } catch (error) {
    reasonOf(error);
    return true;
  }
}

/**
 * Whether objects of a type are as long as frames are, with a word for each variable. No other type of the interpreter is.
 * https://github.com/python/cpython/blob/v3.8.18/Objects/frameobject.c (PyFrame_Type)
 */
function isFrameType(python: Python, type: Address): boolean {
  const { f_localsplus } = ofKind(python.layout.frames, 'frame-objects').PyFrameObject;
  const { flags, basicsize, itemsize, metatype } = readType(python, type);
  const isStatic = (flags & Py_TPFLAGS.READY) !== 0 && (flags & Py_TPFLAGS.HEAPTYPE) === 0;
  // `f_localsplus` is declared with one element, or with none.
  const hasItsSize = itemsize === WORD && (basicsize === f_localsplus || basicsize === f_localsplus + WORD);
  return isStatic && hasItsSize && isMetatype(python, toAddress(metatype));
}
