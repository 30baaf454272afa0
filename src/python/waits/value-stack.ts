/**
 * What does a frame have on its value stack? While it runs, nothing in the frame says how deep that is. Two things do: up
 * to 3.10 the blocks that are entered, from 3.11 on the table of exception handlers. What lies above may be left over from
 * whatever was there before.
 */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { type MemoryReader, pointerAt, readPointer } from '../../memory/reader.js';
import type { CodeObject } from '../code.js';
import type { FrameWalk } from '../frames.js';
import { PyTryBlock, type WaitFields } from '../layouts/wait-fields.js';
import { readBytes } from '../text.js';
import { decodeExceptionTable, type HandlerRange, provenDepth } from './exception-table.js';
import type { Objects } from './objects.js';

/** Deeper than any expression nests; more is damage. */
const SLOTS_LIMIT = 4096;
/** Bytes of the longest table of handlers that is read. */
const TABLE_LIMIT = 2 ** 20;

/** A frame as it was walked: what it runs, or why that cannot be read. */
export interface RanFrame extends FrameWalk {
  readonly ran: { readonly code: CodeObject } | { readonly problem: string };
}

/** Null: there is none, or it cannot be told what it runs. */
export function inHandOf(frame: RanFrame | undefined): FrameInHand | null {
  return frame && !('problem' in frame.ran) ? { frame, code: frame.ran.code } : null;
}

/** A frame and what it runs. */
export interface FrameInHand {
  readonly frame: FrameWalk;
  readonly code: CodeObject;
}

export class ValueStacks {
  readonly #objects: Objects;
  readonly #fields: WaitFields;
  readonly #frames: MemoryReader;
  readonly #tables = new Map<Address, readonly HandlerRange[]>();
  readonly #sizes = new Map<Address, number>();
  readonly #worth = new Map<RanFrame['ran'], boolean>();

  /** `frames`: where frames are read from, if not from where the objects are. */
  constructor(objects: Objects, fields: WaitFields, frames: MemoryReader = objects.memory) {
    this.#objects = objects;
    this.#fields = fields;
    this.#frames = frames;
  }

  /**
   * Whether a frame that runs this may have anything in slots that are alive for certain, or be of a wait: there are
   * thousands of frames, and most have no such. `ran` is the same object for all frames that run it.
   */
  isWorthALook(ran: RanFrame['ran']): boolean {
    let worth = this.#worth.get(ran);
    if (worth === undefined) {
      worth = !('problem' in ran) && (ran.code.name === 'wait' || this.#mayProve(ran.code.address));
      this.#worth.set(ran, worth);
    }
    return worth;
  }

  #mayProve(code: Address): boolean {
    if (this.#objects.layout.frames.kind === 'frame-objects') return true;
    return this.#objects.attempt(() => this.handlers(code).length > 0) ?? false;
  }

  /** The objects in slots that are alive for certain, lowest first. Throws as the memory does. */
  proven({ frame, code }: FrameInHand): number[] {
    const { frames } = this.#objects.layout;
    if (frames.kind === 'frame-objects') return this.#provenByBlocks(frame.address);
    const depth = provenDepth(this.handlers(code.address), frame.lasti / 2);
    return depth === 0 ? [] : this.#slots(this.#bottom({ frame, code }), Math.min(depth, SLOTS_LIMIT));
  }

  /** All slots that the frame may use, alive or not. Throws as the memory does. */
  all(inHand: FrameInHand): number[] {
    return this.#slots(this.#bottom(inHand), this.#stackSize(inHand.code.address));
  }

  #provenByBlocks(frame: Address): number[] {
    const level = this.#blocksOf(frame).at(-1)?.level ?? 0;
    if (level <= 0 || level > SLOTS_LIMIT) return [];
    return this.#slots(readPointer(this.#frames, offsetBy(frame, this.#fields.blocks?.f_valuestack ?? 0)), level);
  }

  /** Blocks that a frame has entered, outermost first (up to 3.10). */
  #blocksOf(frame: Address): { readonly handler: number; readonly level: number }[] {
    const { blocks } = this.#fields;
    if (!blocks) return [];
    const count = this.#frames.read(offsetBy(frame, blocks.f_iblock), 4).getInt32(0, true);
    if (count <= 0 || count > PyTryBlock.most) return [];
    const view = this.#frames.read(offsetBy(frame, blocks.f_blockstack), PyTryBlock.sizeof * count);
    return Array.from({ length: count }, (_, i) => {
      const at = PyTryBlock.sizeof * i;
      return {
        handler: view.getInt32(at + PyTryBlock.b_handler, true),
        level: view.getInt32(at + PyTryBlock.b_level, true),
      };
    });
  }

  /** Where the outermost block is dealt with that was entered at this depth, as `b_handler` has it; null: there is none. */
  blockAt(frame: Address, depth: number): number | null {
    return this.#blocksOf(frame).find(({ level }) => level === depth)?.handler ?? null;
  }

  /** What `with` leaves on the stack. */
  get exit(): WaitFields['exit'] {
    return this.#fields.exit;
  }

  #bottom({ frame, code }: FrameInHand): number {
    const { frames } = this.#objects.layout;
    if (frames.kind === 'interpreter-frames') {
      return frame.address + frames._PyInterpreterFrame.localsplus + 8 * (code.nlocalsplus ?? 0);
    }
    return readPointer(this.#frames, offsetBy(frame.address, this.#fields.blocks?.f_valuestack ?? 0));
  }

  #slots(bottom: number, count: number): number[] {
    if (count === 0) return [];
    const { frames } = this.#objects.layout;
    const view = this.#frames.read(toAddress(bottom), 8 * count);
    const tags = frames.kind === 'frame-objects' ? 0 : frames.tagMask;
    const slots: number[] = [];
    for (let i = 0; i < count; i++) slots.push(untagged(pointerAt(view, 8 * i), tags));
    return slots;
  }

  #stackSize(code: Address): number {
    let size = this.#sizes.get(code);
    if (size === undefined) {
      const read = this.#objects.memory.read(offsetBy(code, this.#fields.code.co_stacksize), 4).getInt32(0, true);
      size = Math.max(0, Math.min(read, SLOTS_LIMIT));
      this.#sizes.set(code, size);
    }
    return size;
  }

  /** The table of exception handlers of a code object. Throws as the memory does. */
  handlers(code: Address): readonly HandlerRange[] {
    let table = this.#tables.get(code);
    if (!table) {
      const { memory } = this.#objects;
      const { co_exceptiontable } = this.#fields.code;
      const bytes = readPointer(memory, offsetBy(code, co_exceptiontable ?? 0));
      table =
        co_exceptiontable === undefined
          ? []
          : decodeExceptionTable(readBytes(this.#objects.python, toAddress(bytes), TABLE_LIMIT).bytes);
      this.#tables.set(code, table);
    }
    return table;
  }
}

function untagged(word: number, tagMask: number): number {
  return tagMask === 0 ? word : word - (word % (tagMask + 1));
}
