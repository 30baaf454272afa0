/**
 * Where does a suspended generator or coroutine stand, and what does it wait on? While it is suspended nothing is hidden:
 * its frame says how deep its value stack is, and on top of that lies what it awaits.
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readPointer } from '../../memory/reader.js';
import { readCode } from '../code.js';
import { CodeShapes } from '../code-shapes.js';
import { isPlaceLost } from '../frames.js';
import type { FrameLayout } from '../layouts/layout.js';
import type { GeneratorLayout } from '../layouts/objects.js';
import { type TaskFields, taskFieldsOf } from '../layouts/task-fields.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { readBytes } from '../text.js';
import type { RanFrame } from '../waits/value-stack.js';

/** Deeper than any expression nests; more is damage. */
const DEPTH_LIMIT = 4096;
/** Bytes of bytecode that are read. */
const CODE_LIMIT = 2 ** 20;

export interface Suspended {
  readonly state: 'created' | 'suspended' | 'running' | 'finished';
  /** Null: it has finished. */
  readonly frame: RanFrame | null;
  /** What it delegates to (`await`, `yield from`); 0: nothing. */
  readonly awaits: number;
  /** The address of the bottom of its value stack, and how many slots are alive. */
  readonly stack: number;
  readonly depth: number;
}

const FINISHED: Suspended = { state: 'finished', frame: null, awaits: 0, stack: 0, depth: 0 };

/** Of one handle: `python.the(SuspendedFrames)`. */
export class SuspendedFrames {
  readonly #python: Python;
  readonly #fields: TaskFields | null;
  readonly #shapes: CodeShapes;
  readonly #codes = new Map<number, RanFrame['ran']>();
  /** Bytecode of old code objects: whether the instruction at a byte delegates. */
  readonly #bytecodes = new Map<number, Uint8Array>();
  /** Where words that were read are noted: address and value by turns. */
  #words: number[] | null = null;

  constructor(python: Python) {
    this.#python = python;
    this.#fields = taskFieldsOf(python.layout);
    this.#shapes = python.the(CodeShapes);
  }

  /** From now on the words that tell where something stands are noted there. */
  noteInto(words: number[] | null): void {
    this.#words = words;
  }

  /** The pointer there, noted. Throws as the memory does. */
  pointer(address: number, offset: number): number {
    const at = offsetBy(toAddress(address), offset);
    const value = readPointer(this.#python.memory, at);
    this.#words?.push(at, value);
    return value;
  }

  /** Notes a word that somebody else has read. */
  note(address: number, value: number): void {
    this.#words?.push(address, value);
  }

  /** Of a generator, coroutine or asynchronous generator. Throws MemoryFault, InvalidAddress, CorruptData. */
  read(generator: number): Suspended {
    const { layout } = this.#python;
    const { generators } = layout.objects;
    const { frames } = layout;
    const address = toAddress(generator);
    if (generators.kind === 'frame-object' && frames.kind === 'frame-objects') {
      return this.#readFrameObject(address, generators, frames);
    }
    if (generators.kind === 'inline-frame' && frames.kind === 'interpreter-frames') {
      return this.#readInlineFrame(address, generators, frames);
    }
    throw new CorruptData('no generators of this version are known');
  }

  /** What a code object says, or why it cannot be read; one answer for all frames that run it. */
  ran(code: number): RanFrame['ran'] {
    let ran = this.#codes.get(code);
    if (ran === undefined) {
      try {
        ran = { code: readCode(this.#python, toAddress(code)) };
      } catch (error) {
        ran = { problem: reasonOf(error) };
      }
      this.#codes.set(code, ran);
    }
    return ran;
  }

  /** Up to 3.10. */
  #readFrameObject(
    address: Address,
    fields: GeneratorLayout & { kind: 'frame-object' },
    layout: FrameLayout & { kind: 'frame-objects' },
  ): Suspended {
    const { memory } = this.#python;
    const { frameStates } = this.#python.layout.objects.parts;
    const { f_lasti, f_code, f_executing, f_state } = layout.PyFrameObject;
    const at = this.pointer(address, fields.gi_frame);
    if (at === 0) return FINISHED;
    const frame = toAddress(at);
    const unit = layout.lasti === 'instructions' ? 2 : 1;
    // Noted by the word that it is in.
    const aligned = f_lasti - (f_lasti % 8);
    this.pointer(frame, aligned);
    const lastiRead = memory.read(offsetBy(frame, f_lasti), 4).getInt32(0, true);
    if (lastiRead === 0 && isPlaceLost(this.#python, frame)) throw lostPlace(frame);
    const lasti = lastiRead < 0 ? -1 : lastiRead * unit;
    const code = this.pointer(frame, f_code);
    const flag = f_executing ?? f_state;
    if (flag !== undefined) this.pointer(frame, flag - (flag % 8));
    const running =
      f_executing !== undefined
        ? memory.read(offsetBy(frame, f_executing), 1).getInt8(0) !== 0
        : f_state !== undefined && frameStates !== undefined
          ? memory.read(offsetBy(frame, f_state), 1).getInt8(0) === frameStates.FRAME_EXECUTING
          : false;
    const walked: RanFrame = {
      address: frame,
      code: toAddress(code),
      lasti,
      isEntry: false,
      owner: null,
      ran: this.ran(code),
    };
    if (running) return { state: 'running', frame: walked, awaits: 0, stack: 0, depth: 0 };
    if (lasti < 0) return { state: 'created', frame: walked, awaits: 0, stack: 0, depth: 0 };
    const { stack, depth } = this.#oldStack(frame);
    const delegates = depth > 0 && this.#isYieldFrom(code, lasti + 2);
    const awaits = delegates ? this.pointer(stack, 8 * (depth - 1)) : 0;
    return { state: 'suspended', frame: walked, awaits, stack, depth };
  }

  #oldStack(frame: Address): { stack: number; depth: number } {
    const depth = this.#fields?.depth;
    if (depth?.kind === 'f_stacktop') {
      const stack = this.pointer(frame, depth.f_valuestack);
      const top = this.pointer(frame, depth.f_stacktop);
      return { stack, depth: checkedDepth((top - stack) / 8, frame) };
    }
    if (depth?.kind === 'f_stackdepth') {
      const stack = this.pointer(frame, depth.f_valuestack);
      this.pointer(frame, depth.f_stackdepth);
      const count = this.#python.memory.read(offsetBy(frame, depth.f_stackdepth), 4).getInt32(0, true);
      return { stack, depth: checkedDepth(count, frame) };
    }
    return { stack: 0, depth: 0 };
  }

  #isYieldFrom(code: number, at: number): boolean {
    const delegates = this.#fields?.delegates;
    if (delegates?.kind !== 'YIELD_FROM') return false;
    let bytes = this.#bytecodes.get(code);
    if (!bytes) {
      const { co_code } = this.#python.layout.PyCodeObject;
      const object = this.#python.pointer(toAddress(code), co_code ?? 0);
      bytes = readBytes(this.#python, toAddress(object), CODE_LIMIT).bytes;
      this.#bytecodes.set(code, bytes);
    }
    return bytes[at] === delegates.opcode;
  }

  /** From 3.11 on. */
  #readInlineFrame(
    address: Address,
    fields: GeneratorLayout & { kind: 'inline-frame' },
    layout: FrameLayout & { kind: 'interpreter-frames' },
  ): Suspended {
    const { memory } = this.#python;
    const { frameStates } = this.#python.layout.objects.parts;
    const { f_code, instr, localsplus, tlbc_index, owner } = layout._PyInterpreterFrame;
    if (!frameStates) throw new CorruptData('no states of frames of this version are known');
    const frame = offsetBy(address, fields.gi_iframe);
    // In one read; values are taken out before anything else is read.
    const start = Math.min(fields.gi_frame_state, fields.gi_iframe);
    const view = memory.read(offsetBy(address, start), fields.gi_iframe + localsplus - start);
    const state = view.getInt8(fields.gi_frame_state - start);
    const at = (offset: number) => fields.gi_iframe - start + offset;
    const [codeWord, instruction] = [pointerAt(view, at(f_code)), pointerAt(view, at(instr))];
    const ownedBy = view.getInt8(at(owner));
    const copy = tlbc_index === undefined ? 0 : view.getInt32(at(tlbc_index), true);
    const stackWord = this.#stackWord(view, at);
    this.#note(address, fields.gi_frame_state, view, start);
    this.#words?.push(frame + f_code, codeWord, frame + instr, instruction);
    if (state === frameStates.FRAME_COMPLETED || state === frameStates.FRAME_CLEARED) return FINISHED;
    if (ownedBy !== layout.FRAME_OWNED_BY_GENERATOR) {
      throw new CorruptData(`the frame at ${formatAddress(frame)} is of no generator`);
    }
    const code = untag(codeWord, layout.tagMask);
    const shape = this.#shapes.read(code);
    if (!shape) throw new CorruptData(`what the frame at ${formatAddress(frame)} runs is not a code object`);
    if (instruction === 0 && isPlaceLost(this.#python, frame)) throw lostPlace(frame);
    const lasti = instruction - this.#shapes.firstInstruction(toAddress(code), shape, copy);
    const created = state === frameStates.FRAME_CREATED;
    const walked: RanFrame = {
      address: frame,
      code: toAddress(code),
      lasti: created || lasti < 0 ? -1 : lasti,
      isEntry: false,
      owner: ownedBy,
      ran: this.ran(code),
    };
    if (created) return { state: 'created', frame: walked, awaits: 0, stack: 0, depth: 0 };
    if (state === frameStates.FRAME_EXECUTING)
      return { state: 'running', frame: walked, awaits: 0, stack: 0, depth: 0 };
    const slots = this.#stackSlots(frame, localsplus, stackWord, walked.ran);
    if (slots === null) return { state: 'suspended', frame: walked, awaits: 0, stack: 0, depth: 0 };
    const slot = slots.depth - (this.#fields?.awaited ?? 1);
    const awaits =
      slot >= 0 && this.#delegates(state, instruction) ? untag(this.pointer(slots.stack, 8 * slot), layout.tagMask) : 0;
    return { state: 'suspended', frame: walked, awaits, ...slots };
  }

  #note(address: number, offset: number, view: DataView, start: number): void {
    // The word around it, if that is in view.
    const aligned = offset - (offset % 8);
    if (this.#words === null) return;
    if (aligned >= start) this.#words.push(address + aligned, pointerAt(view, aligned - start));
    else this.pointer(address, aligned);
  }

  /** What tells how deep the stack is: a count, or an address. */
  #stackWord(view: DataView, at: (offset: number) => number): number {
    const depth = this.#fields?.depth;
    if (depth?.kind === 'stacktop') return view.getInt32(at(depth.stacktop), true);
    return depth?.kind === 'stackpointer' ? pointerAt(view, at(depth.stackpointer)) : -1;
  }

  #stackSlots(
    frame: number,
    localsplus: number,
    word: number,
    ran: RanFrame['ran'],
  ): { stack: number; depth: number } | null {
    if ('problem' in ran) return null;
    const first = frame + localsplus;
    const variables = ran.code.nlocalsplus ?? 0;
    const count = this.#fields?.depth.kind === 'stackpointer' ? (word - first) / 8 : word;
    return { stack: first + 8 * variables, depth: checkedDepth(count - variables, frame) };
  }

  #delegates(state: number, instruction: number): boolean {
    const delegates = this.#fields?.delegates;
    switch (delegates?.kind) {
      case 'state':
        return state === delegates.FRAME_SUSPENDED_YIELD_FROM || state === delegates.locked;
      case 'RESUME':
        // `prev_instr` is the YIELD_VALUE; code units are an opcode and its argument.
        return (this.#python.memory.read(toAddress(instruction + 3), 1).getUint8(0) & 3) >= 2;
      default:
        return false;
    }
  }
}

function checkedDepth(depth: number, frame: number): number {
  if (!Number.isInteger(depth) || depth < 0 || depth > DEPTH_LIMIT) {
    throw new CorruptData(`the frame at ${formatAddress(frame)} has ${depth} values on its stack`);
  }
  return depth;
}

function untag(word: number, tagMask: number): number {
  return tagMask === 0 ? word : word - (word % (tagMask + 1));
}

function lostPlace(frame: Address): CorruptData {
  return new CorruptData(`where the frame at ${formatAddress(frame)} stands is lost`);
}
