/**
 * Is what a frame runs a code object, and where does its bytecode begin? What following frames needs of code objects,
 * read once for each; what showing them needs is in code.ts.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace } from '../memory/address.js';
import { CorruptData } from '../memory/reader.js';
import { isCode } from './code-type.js';
import { partOf } from './part.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';

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

const CODE = partOf(({ PyObject: { ob_type }, PyCodeObject: { co_filename, co_name, _co_firsttraceable } }) => ({
  ob_type,
  co_filename,
  co_name,
  _co_firsttraceable,
}));

/** Remembers what was found at each address. One of each handle: `python.the(CodeShapes)`. */
export class CodeShapes {
  readonly #python: Python;
  readonly #shapes = new Map<number, CodeShape | null>();
  /** Of copies: `address of the code object` -> `index` -> first instruction. */
  readonly #copies = new Map<number, Map<number, number>>();

  constructor(python: Python) {
    this.#python = python;
  }

  /** The shape of the code object at `address`; null when there is something else. Throws MemoryFault. */
  read(address: number): CodeShape | null {
    let shape = this.#shapes.get(address);
    if (shape === undefined) {
      shape = isUserSpace(address) ? this.#readShape(address as Address) : null;
      this.#shapes.set(address, shape);
    }
    return shape;
  }

  /** Whether there is a code object at `address`: not where it cannot be read. Never throws for what memory holds. */
  has(address: number): boolean {
    try {
      return this.read(address) !== null;
    } catch (error) {
      reasonOf(error);
      return false;
    }
  }

  /** As {@link readFirstInstruction}, each copy looked up once. */
  firstInstruction(address: Address, shape: CodeShape, tlbcIndex: number): number {
    if (tlbcIndex === 0) return shape.firstInstruction;
    let copies = this.#copies.get(address);
    if (!copies) {
      copies = new Map();
      this.#copies.set(address, copies);
    }
    let first = copies.get(tlbcIndex);
    if (first === undefined) {
      first = readFirstInstruction(this.#python, address, tlbcIndex);
      copies.set(tlbcIndex, first);
    }
    return first;
  }

  #readShape(address: Address): CodeShape | null {
    const code = CODE(this.#python).read(this.#python.memory, address);
    const { co_filename, co_name, _co_firsttraceable } = code;
    if (!isCode(this.#python, address, code.ob_type)) return null;
    return {
      firstInstruction: ownBytecode(this.#python, address),
      // Code units are two bytes.
      firstTraceable: _co_firsttraceable === undefined ? 0 : 2 * _co_firsttraceable,
      isTrampoline: _co_firsttraceable !== undefined && co_filename === co_name,
    };
  }
}

/**
 * Where the bytecode begins that a frame with this `tlbc_index` runs; 0 where it is an object of its own (up to 3.10). In
 * free-threaded builds each thread has a copy to specialize (3.14+), of which the first is the code object's own.
 * Throws MemoryFault, and CorruptData where there is no such copy.
 * https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_interpframe.h#L57-L70
 */
export function readFirstInstruction(python: Python, address: Address, tlbcIndex = 0): number {
  const { co_tlbc } = python.fields.PyCodeObject;
  const array = python.fields._PyCodeArray;
  if (tlbcIndex === 0 || co_tlbc === undefined || array === undefined) return ownBytecode(python, address);
  const copies = python.get(address, co_tlbc);
  const size = isUserSpace(copies) ? python.get(copies as Address, array.size) : 0;
  if (tlbcIndex < 0 || tlbcIndex >= size) {
    throw new CorruptData(`the code object at ${formatAddress(address)} has no copy ${tlbcIndex}, only ${size}`);
  }
  const first = python.pointer(copies as Address, array.entries + 8 * tlbcIndex);
  if (!isUserSpace(first)) {
    throw new CorruptData(`copy ${tlbcIndex} of the code object at ${formatAddress(address)} was never made`);
  }
  return first;
}

function ownBytecode({ layout }: Python, address: Address): number {
  const { co_code_adaptive } = layout.PyCodeObject;
  return co_code_adaptive === undefined ? 0 : address + co_code_adaptive;
}
