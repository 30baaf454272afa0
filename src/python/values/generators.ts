/** How are generators and coroutines written? As Python does, and where they stand. */
import type { Address } from '../../memory/address.js';
import { formatAddress, offsetBy } from '../../memory/address.js';
import { readCode } from '../code.js';
import { readFirstInstruction } from '../code-shapes.js';
import { needed } from '../layouts/needed.js';
import type { GeneratorLayout } from '../layouts/objects.js';
import { decodePosition } from '../positions.js';
import type { Repr, Spell } from './repr.js';

type State = 'not started' | 'suspended' | 'running' | 'finished';

interface Standing {
  state: State;
  /** Its code and the byte of it that it stands at, while suspended. */
  place: { code: Address; lasti: number } | null;
}

export const spellGenerator: Spell = ({ address, type }, repr) => {
  const { generators } = repr.layout.objects;
  const name = nameOf(address, generators, repr);
  const standing =
    generators.kind === 'frame-object'
      ? standingOfFrameObject(address, generators, repr)
      : standingOfInlineFrame(address, generators, repr);
  return `<${type.tp_name} object ${name} at ${formatAddress(address)}, ${inWords(standing, repr)}>`;
};

/** Python 2 has no name of it but that of its code, which it keeps when it is finished. */
function nameOf(address: Address, generators: GeneratorLayout, repr: Repr): string {
  if (generators.kind === 'inline-frame' || generators.gi_qualname !== undefined)
    return repr.name(repr.pointer(address, needed(generators.gi_qualname, 'gi_qualname')));
  const { gi_code } = generators;
  return repr.name(repr.pointer(repr.link(address, gi_code), repr.layout.PyCodeObject.co_name));
}

function inWords({ state, place }: Standing, repr: Repr): string {
  if (state !== 'suspended' || place === null) return state;
  const code = readCode(repr.python, place.code);
  const { line } = decodePosition(repr.layout.PyCodeObject.positions, code, place.lasti);
  return line === null ? state : `${state} in ${code.file.slice(code.file.lastIndexOf('/') + 1)}, line ${line}`;
}

/** Up to 3.10. What has finished has no frame any more. */
function standingOfFrameObject(
  address: Address,
  fields: GeneratorLayout & { kind: 'frame-object' },
  repr: Repr,
): Standing {
  const { frames } = repr.layout;
  const frame = repr.pointer(address, fields.gi_frame);
  if (frame === 0 || frames.kind !== 'frame-objects') return { state: 'finished', place: null };
  const { f_lasti, f_code, f_executing, f_state } = frames.PyFrameObject;
  const at = repr.link(address, fields.gi_frame);
  const lasti = repr.memory.read(offsetBy(at, f_lasti), 4).getInt32(0, true);
  const { frameStates } = repr.layout.objects.parts;
  const running =
    fields.gi_running !== undefined
      ? repr.memory.read(offsetBy(address, fields.gi_running), 4).getInt32(0, true) !== 0
      : f_state !== undefined && frameStates !== undefined
        ? repr.memory.read(offsetBy(at, f_state), 1).getInt8(0) === frameStates.FRAME_EXECUTING
        : f_executing !== undefined && repr.memory.read(offsetBy(at, f_executing), 1).getInt8(0) !== 0;
  if (running) return { state: 'running', place: null };
  if (lasti < 0) return { state: 'not started', place: null };
  const unit = frames.lasti === 'instructions' ? 2 : 1;
  return { state: 'suspended', place: { code: repr.link(at, f_code), lasti: lasti * unit } };
}

/** From 3.11 on. */
function standingOfInlineFrame(
  address: Address,
  fields: GeneratorLayout & { kind: 'inline-frame' },
  repr: Repr,
): Standing {
  const { frames } = repr.layout;
  const { frameStates } = repr.layout.objects.parts;
  if (frames.kind !== 'interpreter-frames' || frameStates === undefined) return { state: 'suspended', place: null };
  switch (repr.memory.read(offsetBy(address, fields.gi_frame_state), 1).getInt8(0)) {
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
  const tagged = repr.pointer(frame, f_code);
  const code = offsetBy(address, tagged - (tagged % (frames.tagMask + 1)) - address);
  const copy = tlbc_index === undefined ? 0 : repr.memory.read(offsetBy(frame, tlbc_index), 4).getInt32(0, true);
  const lasti = repr.pointer(frame, instr) - readFirstInstruction(repr.python, code, copy);
  return { state: 'suspended', place: lasti >= 0 ? { code, lasti } : null };
}
