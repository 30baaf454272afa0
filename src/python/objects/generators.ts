/** Where does a generator or coroutine stand? */
import type { Address } from '../../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { isLostZero } from '../../memory/zeroed-pages.js';
import { readCode } from '../code.js';
import { readFirstInstruction } from '../code-shapes.js';
import { isPlaceLost } from '../frames.js';
import { needed } from '../layouts/needed.js';
import type { GeneratorLayout } from '../layouts/objects.js';
import { decodePosition } from '../positions.js';
import type { Python } from '../python.js';
import type { Reading, ReadKind } from './reading.js';
import type { GeneratorTree } from './tree.js';

export interface Standing {
  state: GeneratorTree['state'];
  /** Its frame, its code and the byte of it that it stands at, while suspended. */
  place: { frame: Address; code: Address; lasti: number } | null;
}

export const readGenerator: ReadKind = ({ address, type }, reading): GeneratorTree => {
  const { generators } = reading.layout.objects;
  const name = nameOf(address, generators, reading);
  const standing = readStanding(reading.python, address);
  const { state } = standing;
  return { kind: 'generator', type: type.tp_name, name, address, state, at: sourceOf(standing, reading) };
};

/** Of a generator, coroutine or asynchronous generator. Throws MemoryFault, InvalidAddress, CorruptData. */
export function readStanding(python: Python, address: Address): Standing {
  const { generators } = python.layout.objects;
  return generators.kind === 'frame-object'
    ? standingOfFrameObject(address, generators, python)
    : standingOfInlineFrame(address, generators, python);
}

/** Python 2 has no name of it but that of its code, which it keeps when it is finished. */
function nameOf(address: Address, generators: GeneratorLayout, reading: Reading): string {
  if (generators.kind === 'inline-frame' || generators.gi_qualname !== undefined)
    return reading.name(reading.pointer(address, needed(generators.gi_qualname, 'gi_qualname')));
  const { gi_code } = generators;
  return reading.name(reading.pointer(reading.link(address, gi_code), reading.layout.PyCodeObject.co_name));
}

function sourceOf({ state, place }: Standing, reading: Reading): GeneratorTree['at'] {
  if (state !== 'suspended' || place === null) return null;
  const code = readCode(reading.python, place.code);
  const { line } = decodePosition(reading.layout.PyCodeObject.positions, code, place.lasti);
  return line === null ? null : { file: code.file, line };
}

/** Up to 3.10. What has finished has no frame any more. */
function standingOfFrameObject(
  address: Address,
  fields: GeneratorLayout & { kind: 'frame-object' },
  python: Python,
): Standing {
  const { frames } = python.layout;
  const frame = python.pointer(address, fields.gi_frame);
  const { ob_type } = python.layout.PyObject;
  if (frame === 0 && isLostZero(python.memory, address + ob_type, address + fields.gi_frame)) {
    throw new CorruptData(`where the generator at ${formatAddress(address)} stands is lost`);
  }
  if (frame === 0 || frames.kind !== 'frame-objects') return { state: 'finished', place: null };
  const { f_lasti, f_code, f_executing, f_state } = frames.PyFrameObject;
  const at = link(python, address, fields.gi_frame);
  const lasti = python.memory.read(offsetBy(at, f_lasti), 4).getInt32(0, true);
  const { frameStates } = python.layout.objects.parts;
  const running =
    fields.gi_running !== undefined
      ? python.memory.read(offsetBy(address, fields.gi_running), 4).getInt32(0, true) !== 0
      : f_state !== undefined && frameStates !== undefined
        ? python.memory.read(offsetBy(at, f_state), 1).getInt8(0) === frameStates.FRAME_EXECUTING
        : f_executing !== undefined && python.memory.read(offsetBy(at, f_executing), 1).getInt8(0) !== 0;
  if (running) return { state: 'running', place: null };
  if (lasti < 0) return { state: 'not started', place: null };
  if (lasti === 0 && isPlaceLost(python, at)) return { state: 'suspended', place: null };
  const unit = frames.lasti === 'instructions' ? 2 : 1;
  return { state: 'suspended', place: { frame: at, code: link(python, at, f_code), lasti: lasti * unit } };
}

/** From 3.11 on. */
function standingOfInlineFrame(
  address: Address,
  fields: GeneratorLayout & { kind: 'inline-frame' },
  python: Python,
): Standing {
  const { frames } = python.layout;
  const { frameStates } = python.layout.objects.parts;
  if (frames.kind !== 'interpreter-frames' || frameStates === undefined) return { state: 'suspended', place: null };
  switch (python.memory.read(offsetBy(address, fields.gi_frame_state), 1).getInt8(0)) {
    case frameStates.FRAME_CREATED:
      return { state: 'not started', place: null };
    case frameStates.FRAME_EXECUTING:
      return { state: 'running', place: null };
    case frameStates.FRAME_COMPLETED:
    case frameStates.FRAME_CLEARED:
      return { state: 'finished', place: null };
  }
  const frame = offsetBy(address, fields.gi_iframe);
  const { f_code, instr, tlbc_index } = frames._PyInterpreterFrame;
  const tagged = python.pointer(frame, f_code);
  const code = offsetBy(address, tagged - (tagged % (frames.tagMask + 1)) - address);
  const copy = tlbc_index === undefined ? 0 : python.memory.read(offsetBy(frame, tlbc_index), 4).getInt32(0, true);
  const lasti = python.pointer(frame, instr) - readFirstInstruction(python, code, copy);
  return { state: 'suspended', place: lasti >= 0 ? { frame, code, lasti } : null };
}

function link(python: Python, address: Address, offset: number): Address {
  return toAddress(python.pointer(address, offset));
}
