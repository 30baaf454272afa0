/**
 * Is what a frame runs a code object, and where does its bytecode begin? What following frames needs of code objects,
 * read once for each; what showing them needs is in code.ts.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { pointerAt } from '../memory/reader.js';
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
      firstInstruction: fields.co_code_adaptive === undefined ? 0 : address + fields.co_code_adaptive,
      firstTraceable,
      isTrampoline:
        fields._co_firsttraceable !== undefined &&
        pointerAt(view, fields.co_filename - start) === pointerAt(view, fields.co_name - start),
    };
  }
}
