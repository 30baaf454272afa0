/**
 * What must a snapshot hold so that other readers of CPython's structures believe it? They check an interpreter by the
 * dictionaries that it points to, read structures whole, and the names of a function's variables even where no values
 * are shown. None of it is a value of the program.
 */

import { type Address, InvalidAddress, isUserSpace, offsetBy, toAddress } from '../memory/address.js';
import type { KeptBytes } from '../memory/kept-bytes.js';
import { CorruptData, MemoryFault, type MemoryReader, pointerAt, readPointer } from '../memory/reader.js';
import type { CapturedProcess } from '../moment/captured.js';
import { readLocalNames } from '../python/objects/index.js';
import type { Python } from '../python/python.js';

/** The dictionaries (modules, sys, builtins) are among its first members; what other readers want lies before this. */
const INTERPRETER_BYTES = 8192;
const WORD = 8;

/** `rest` reads what is not kept yet, and keeps it; `live` only reads. What cannot be read is left out. */
export function keepForOthers(
  kept: KeptBytes,
  rest: Python,
  live: MemoryReader,
  { runtime, threads }: CapturedProcess,
): void {
  for (const { address, modules } of runtime.interpreters) {
    if (modules !== null) ifReadable(() => keepDictionaries(kept, rest, live, address, modules));
  }
  const seen = new Set<object>();
  for (const { walk } of threads) {
    kept.cover(walk.state.address, walk.state.address + rest.layout.PyThreadState.sizeof);
    for (const { ran } of walk.stack.frames) {
      if ('problem' in ran || seen.has(ran.code)) continue;
      seen.add(ran.code);
      ifReadable(() => rest.memory.read(ran.code.address, rest.layout.PyCodeObject.sizeof));
      ifReadable(() => readLocalNames(rest, ran.code));
    }
  }
}

/** The words of an interpreter state that point to dictionaries, and the heads of these. */
function keepDictionaries(
  kept: KeptBytes,
  rest: Python,
  live: MemoryReader,
  interpreter: Address,
  modules: Address,
): void {
  const { layout, memory } = rest;
  const { ob_type } = layout.PyObject;
  const dict = rest.pointer(modules, ob_type);
  // It is told by its flags, too.
  memory.read(toAddress(dict + layout.PyTypeObject.tp_flags), WORD);
  const words = live.read(interpreter, INTERPRETER_BYTES);
  let last = 0;
  for (let at = 0; at < INTERPRETER_BYTES; at += WORD) {
    const object = pointerAt(words, at);
    if (!isUserSpace(object) || object % WORD !== 0) continue;
    const isDict = ifReadable(() => readPointer(live, toAddress(object + ob_type)) === dict);
    if (!isDict) continue;
    memory.read(offsetBy(interpreter, at), WORD);
    memory.read(toAddress(object), ob_type + WORD);
    last = at;
  }
  kept.cover(interpreter, interpreter + last + WORD);
}

function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MemoryFault || error instanceof CorruptData || error instanceof InvalidAddress) return null;
    throw error;
  }
}
