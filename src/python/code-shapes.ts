/**
 * Is what a frame runs a code object, and where does its bytecode begin? What following frames needs of code objects,
 * read once for each; what showing them needs is in code.ts.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { CorruptData, pointerAt, readPointer } from '../memory/reader.js';
import { isCode } from './code-type.js';
import type { Layout } from './layouts/layout.js';
import type { Span } from './span.js';
import { readSpan, spanOf } from './span.js';
import { TypeNames } from './type-names.js';

export interface CodeShape {
  /** Address of the first code unit (3.11+); 0 where the bytecode is an object of its own. */
  firstInstruction: number;
  /** Bytes into the bytecode before which a call is still being set up: no line of its source runs yet. */
  firstTraceable: number;
  /**
   * Whether it may be the interpreter's own trampoline that cleans up after an inlined `__init__` (`_Py_InitCleanup`,
   * 3.12+): its file name and name are the same string object, and its frame always counts as being set up.
   * https://github.com/python/cpython/blob/v3.12.1/Python/specialize.c (search for _Py_InitCleanup)
   */
  isTrampoline: boolean;
}

export class CodeShapes {
  readonly #layout: Layout;
  readonly #types: TypeNames;
  readonly #shapes = new Map<number, CodeShape | null>();
  /** Of copies: `address of the code object` -> `index` -> first instruction. */
  readonly #copies = new Map<number, Map<number, number>>();
  readonly #span: Span;

  constructor(layout: Layout, types: TypeNames = new TypeNames(layout)) {
    this.#layout = layout;
    this.#types = types;
    const fields = layout.PyCodeObject;
    this.#span = spanOf([
      [layout.PyObject.ob_type, 8],
      [fields.co_filename, 8],
      [fields.co_name, 8],
      [fields._co_firsttraceable, 4],
    ]);
  }

  /** The shape of the code object at `address`; null when there is something else. Throws MemoryFault. */
  read(memory: MemoryReader, address: number): CodeShape | null {
    let shape = this.#shapes.get(address);
    if (shape === undefined) {
      shape = isUserSpace(address) ? this.#readShape(memory, address as Address) : null;
      this.#shapes.set(address, shape);
    }
    return shape;
  }

  /** As {@link readFirstInstruction}, each copy looked up once. */
  firstInstruction(memory: MemoryReader, address: Address, shape: CodeShape, tlbcIndex: number): number {
    if (tlbcIndex === 0) return shape.firstInstruction;
    let copies = this.#copies.get(address);
    if (!copies) {
      copies = new Map();
      this.#copies.set(address, copies);
    }
    let first = copies.get(tlbcIndex);
    if (first === undefined) {
      first = readFirstInstruction(memory, this.#layout, address, tlbcIndex);
      copies.set(tlbcIndex, first);
    }
    return first;
  }

  #readShape(memory: MemoryReader, address: Address): CodeShape | null {
    const fields = this.#layout.PyCodeObject;
    const { start } = this.#span;
    const view = readSpan(memory, address, this.#span);
    const type = pointerAt(view, this.#layout.PyObject.ob_type - start);
    if (!isCode(memory, this.#layout, this.#types, address, type)) return null;
    // Code units are two bytes.
    const firstTraceable =
      fields._co_firsttraceable === undefined ? 0 : 2 * view.getInt32(fields._co_firsttraceable - start, true);
    return {
      firstInstruction: ownBytecode(this.#layout, address),
      firstTraceable,
      isTrampoline:
        fields._co_firsttraceable !== undefined &&
        pointerAt(view, fields.co_filename - start) === pointerAt(view, fields.co_name - start),
    };
  }
}

/**
 * Where the bytecode begins that a frame with this `tlbc_index` runs; 0 where it is an object of its own (up to 3.10). In
 * free-threaded builds each thread has a copy to specialize (3.14+), of which the first is the code object's own.
 * Throws MemoryFault, and CorruptData where there is no such copy.
 * https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_interpframe.h#L57-L70
 */
export function readFirstInstruction(memory: MemoryReader, layout: Layout, address: Address, tlbcIndex = 0): number {
  const { co_tlbc } = layout.PyCodeObject;
  const array = layout._PyCodeArray;
  if (tlbcIndex === 0 || co_tlbc === undefined || array === undefined) return ownBytecode(layout, address);
  const copies = readPointer(memory, offsetBy(address, co_tlbc));
  const size = isUserSpace(copies) ? readPointer(memory, offsetBy(copies as Address, array.size)) : 0;
  if (tlbcIndex < 0 || tlbcIndex >= size) {
    throw new CorruptData(`the code object at ${formatAddress(address)} has no copy ${tlbcIndex}, only ${size}`);
  }
  const first = readPointer(memory, offsetBy(copies as Address, array.entries + 8 * tlbcIndex));
  if (!isUserSpace(first)) {
    throw new CorruptData(`copy ${tlbcIndex} of the code object at ${formatAddress(address)} was never made`);
  }
  return first;
}

function ownBytecode({ PyCodeObject: { co_code_adaptive } }: Layout, address: Address): number {
  return co_code_adaptive === undefined ? 0 : address + co_code_adaptive;
}
