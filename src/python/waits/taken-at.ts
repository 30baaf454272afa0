/** On which line was a lock taken? That of the `with`, or of the call of `acquire()`; the frame itself is further on by now. */
import { decodePosition } from '../positions.js';
import type { Bytecodes } from './bytecodes.js';
import { withInstruction } from './calls.js';
import { withEntry } from './exception-table.js';
import type { Objects } from './objects.js';
import type { FrameInHand, ValueStacks } from './value-stack.js';

export class TakenAt {
  readonly #objects: Objects;
  readonly #stacks: ValueStacks;
  readonly #bytecodes: Bytecodes;

  constructor(objects: Objects, stacks: ValueStacks, bytecodes: Bytecodes) {
    this.#objects = objects;
    this.#stacks = stacks;
    this.#bytecodes = bytecodes;
  }

  /** The line of the instruction at a byte of the bytecode; null: it has none. */
  line({ code }: FrameInHand, at: number): number | null {
    return decodePosition(this.#objects.layout.PyCodeObject.positions, code, at).line;
  }

  /** The line of the `with` whose end is in this slot of the value stack; null: it cannot be told. Throws as the memory does. */
  withLine(inHand: FrameInHand, slot: number): number | null {
    const depth = slot + (this.#stacks.exit === 'pair' ? 2 : 1);
    if (this.#objects.layout.frames.kind === 'interpreter-frames') {
      const entry = withEntry(this.#stacks.handlers(inHand.code.address), inHand.frame.lasti / 2, depth);
      return entry === null ? null : this.line(inHand, 2 * entry);
    }
    const handler = this.#stacks.blockAt(inHand.frame.address, depth);
    const instructions = handler === null ? null : this.#bytecodes.instructions(inHand.code.address);
    if (handler === null || !instructions) return null;
    const { opcodes, list } = instructions;
    const at = withInstruction(list, handler * opcodes.jumpUnit, opcodes);
    return at === null ? null : this.line(inHand, at);
  }
}
