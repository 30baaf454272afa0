/** What can a frame name? Its variables, through their cells, and the globals of the module it is of. */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { pointerAt, readPointer } from '../../memory/reader.js';
import { type LocalName, readLocalNames } from '../objects/local-names.js';
import type { Named, Objects } from './objects.js';
import type { FrameInHand } from './value-stack.js';

const NO_NAMES: readonly LocalName[] = [];

export class Scopes {
  readonly #objects: Objects;
  readonly #names = new Map<Address, readonly LocalName[]>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** Variables that are bound, arguments first. Throws as the memory does. */
  variables(inHand: FrameInHand): Named[] {
    const names = this.#namesOf(inHand);
    const slots = this.#slots(inHand, slotsOf(names));
    return names.flatMap(({ name, slot, inCell }) => {
      const pointer = slots[slot] ?? 0;
      const value = inCell ? this.#inCell(pointer) : pointer;
      return value === 0 ? [] : [{ name, value }];
    });
  }

  /** What its first argument is, `self` of a method; 0: it has none. Throws as the memory does. */
  self(inHand: FrameInHand): number {
    const [first] = this.#namesOf(inHand);
    if (!first || inHand.code.argcount < 1) return 0;
    const pointer = this.#slots(inHand, first.slot + 1)[first.slot] ?? 0;
    return first.inCell ? this.#inCell(pointer) : pointer;
  }

  /** What a variable's slot leads to; 0: nothing. Throws as the memory does. */
  slot(inHand: FrameInHand, index: number): number {
    return this.#inCell(this.#slots(inHand, index + 1)[index] ?? 0);
  }

  /** What a cell or free variable holds, counted without the other variables (up to 3.10). Throws as the memory does. */
  cell(inHand: FrameInHand, index: number): number {
    return this.slot(inHand, inHand.code.nlocals + index);
  }

  /** The dict of its module's globals. Throws as the memory does. */
  globals({ frame }: FrameInHand): number {
    const { frames } = this.#objects.layout;
    const offset =
      frames.kind === 'frame-objects' ? frames.PyFrameObject.f_globals : frames._PyInterpreterFrame.f_globals;
    return this.#untagged(readPointer(this.#objects.memory, offsetBy(frame.address, offset)));
  }

  #namesOf({ code }: FrameInHand): readonly LocalName[] {
    let names = this.#names.get(code.address);
    if (!names) {
      const read = this.#objects.attempt(() => readLocalNames(this.#objects.python, code));
      names = read ? [...read.arguments, ...read.locals] : NO_NAMES;
      this.#names.set(code.address, names);
    }
    return names;
  }

  #slots({ frame }: FrameInHand, count: number): number[] {
    if (count === 0) return [];
    const { memory, layout } = this.#objects;
    const { frames } = layout;
    const offset =
      frames.kind === 'frame-objects' ? frames.PyFrameObject.f_localsplus : frames._PyInterpreterFrame.localsplus;
    const view = memory.read(offsetBy(frame.address, offset), 8 * count);
    const slots: number[] = [];
    for (let i = 0; i < count; i++) slots.push(this.#untagged(pointerAt(view, 8 * i)));
    return slots;
  }

  #inCell(pointer: number): number {
    if (this.#objects.typeName(pointer) !== 'cell') return pointer;
    return this.#objects.pointer(toAddress(pointer), this.#objects.layout.objects.PyCellObject.ob_ref);
  }

  #untagged(word: number): number {
    const { frames } = this.#objects.layout;
    const tags = frames.kind === 'frame-objects' ? 0 : frames.tagMask;
    return tags === 0 ? word : word - (word % (tags + 1));
  }
}

/** How many slots of a frame are variables. */
function slotsOf(names: readonly LocalName[]): number {
  return names.reduce((most, { slot }) => Math.max(most, slot + 1), 0);
}
