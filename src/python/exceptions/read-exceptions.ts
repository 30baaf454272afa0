/**
 * What are the exceptions that a thread deals with? Each with its traceback, its notes, what it was raised from and while
 * what was handled, and, of a group, those in it. Each object is told once, and all are bounded in number.
 */
import { type Address, isUserSpace, offsetBy } from '../../memory/address.js';
import { exceptionFieldsOf } from '../layouts/exception-fields.js';
import type { ValueReader } from '../objects/index.js';
import type { KnownType } from '../objects/types.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import type {
  ReadException,
  ReadMessage,
  ReadNotes,
  ReadSyntax,
  ReadThreadException,
  ReadTraceback,
} from './answers.js';
import { readLevels, type Triple } from './levels.js';
import { readMessage, strOf, tupleOf } from './messages.js';
import { readTraceback } from './tracebacks.js';

/** Exceptions of one thread, with all that they lead to. */
const EXCEPTION_LIMIT = 64;
/** Entries of their tracebacks, all together. */
const ENTRY_LIMIT = 5000;
const NOTE_LIMIT = 50;

const NO_TRACEBACK: ReadTraceback = { entries: [], problem: null };
const NO_MESSAGE: ReadMessage = { kind: 'parts', parts: [] };

/**
 * Those of one thread: `frames` are its own, innermost first; `values`, over the memory of `python`, is asked for when there
 * is one, which most threads have not. Throws MemoryFault, InvalidAddress, CorruptData.
 */
export function readThreadExceptions(
  python: Python,
  values: () => ValueReader,
  threadState: Address,
  frames: readonly Address[],
): ReadThreadException[] {
  const triples = readLevels(python, values, threadState, frames);
  if (triples.length === 0) return [];
  values().beginThread();
  const reader = new ExceptionReader(values());
  const told: ReadThreadException[] = [];
  for (const triple of triples) {
    // One that is part of what was told before is there.
    if (reader.has(triple.value)) continue;
    told.push({ state: triple.state, exception: reader.ofTriple(triple) });
  }
  return told;
}

class ExceptionReader {
  readonly #values: ValueReader;
  readonly #seen = new Set<number>();
  #entries = ENTRY_LIMIT;

  constructor(values: ValueReader) {
    this.#values = values;
  }

  has(pointer: number): boolean {
    return this.#seen.has(pointer);
  }

  /** Up to 3.11 the exception may not be made yet: there are its type and what is to become its arguments. */
  ofTriple({ type, value, traceback }: Triple): ReadException {
    const made = this.#values.typeOf(value);
    if (type === 0 || type === value || made?.isException || this.#values.typeOf(type)?.isMeta !== true) {
      return this.read(value, traceback);
    }
    const kind = this.#values.types.at(type);
    const parts = made === null || made.tp_name === 'NoneType' ? [] : strOf(this.#values, value);
    const argument = value === 0 ? null : this.#values.read(value);
    return {
      ...bare(value, kind.name),
      // A tuple becomes all its arguments: only one argument is surely its text.
      message:
        parts !== null && made?.tp_name !== 'tuple' && !kind.isClass
          ? { kind: 'parts', parts }
          : { kind: 'untold', args: argument, attributes: null },
      traceback: this.#traceback(traceback),
    };
  }

  /** `traceback`: of the triple that it stands in, if it stands in one. */
  read(pointer: number, traceback = 0): ReadException {
    const type = this.#values.typeOf(pointer);
    const name = type?.name ?? null;
    if (this.#seen.has(pointer)) return { ...bare(pointer, name), left: 'again' };
    if (this.#seen.size >= EXCEPTION_LIMIT) return { ...bare(pointer, name), left: 'too-many' };
    this.#seen.add(pointer);
    if (type === null) return { ...bare(pointer, null), problem: 'it cannot be read' };
    try {
      return this.#whole(pointer as Address, type, traceback);
    } catch (error) {
      return {
        ...bare(pointer, name),
        message: { kind: 'untold', args: null, attributes: null },
        problem: reasonOf(error),
      };
    }
  }

  #whole(address: Address, type: KnownType, given: number): ReadException {
    const values = this.#values;
    const { python } = values;
    const { chain } = exceptionFieldsOf(python.layout).base;
    const one: ReadException = { ...bare(address, type.name), message: readMessage(values, address, type) };
    const syntax = isBuiltIn(values, type, 'SyntaxError') ? readSyntax(values, address) : null;
    if (chain === undefined || !type.isException) return { ...one, syntax, traceback: this.#traceback(given) };
    const own = python.pointer(address, chain.traceback);
    // What is handled has the traceback that it was caught with, whatever it was given since.
    const isGiven = given !== 0 && values.typeOf(given)?.tp_name === 'traceback';
    const linked = (pointer: number) => (pointer === 0 ? null : this.read(pointer));
    // The order in which Python decides which of two that are the same is told.
    const traceback = this.#traceback(isGiven ? given : own);
    const cause = linked(python.pointer(address, chain.cause));
    const context = linked(python.pointer(address, chain.context));
    return {
      ...one,
      traceback,
      cause,
      context,
      suppressContext: python.memory.read(offsetBy(address, chain.suppress_context), 1).getUint8(0) !== 0,
      notes: readNotes(values, address, type),
      group: isBuiltIn(values, type, 'BaseExceptionGroup') ? this.#group(address) : null,
      syntax,
    };
  }

  #group(address: Address): ReadException['group'] {
    const { python } = this.#values;
    const { sizeof } = exceptionFieldsOf(python.layout).base;
    const { length, pointers } = tupleOf(this.#values, python.pointer(address, sizeof + 8));
    const room = Math.max(0, EXCEPTION_LIMIT - this.#seen.size);
    const exceptions = pointers(room).map((pointer) => this.read(pointer));
    return { exceptions, omitted: length - exceptions.length };
  }

  #traceback(pointer: number): ReadTraceback {
    if (pointer === 0) return NO_TRACEBACK;
    if (this.#entries <= 0) return { entries: [], problem: `there are more than ${ENTRY_LIMIT} entries in all` };
    const traceback = readTraceback(this.#values, pointer);
    this.#entries -= traceback.entries.length;
    return traceback;
  }
}

function bare(address: number, type: string | null): ReadException {
  return {
    address,
    type,
    message: NO_MESSAGE,
    traceback: NO_TRACEBACK,
    notes: null,
    cause: null,
    context: null,
    suppressContext: false,
    group: null,
    syntax: null,
    left: null,
    problem: null,
  };
}

/** Whether it is, or derives from, that type of C code. */
function isBuiltIn(values: ValueReader, type: KnownType, name: string): boolean {
  return values.types.line(type).some((each) => !each.isClass && each.shortName === name);
}

function readNotes(values: ValueReader, address: Address, type: KnownType): ReadNotes | null {
  const pointer = values.types.named.read(address, type.facts, '__notes__');
  if (pointer === null) return null;
  const list = values.typeOf(pointer);
  if (list?.tp_name === 'NoneType') return null;
  const items =
    list?.tp_name === 'list' || list?.tp_name === 'tuple' ? itemsOf(values, pointer as Address, list) : null;
  if (items === null) {
    const value = values.read(pointer);
    return { notes: [{ kind: 'parts', parts: [{ as: 'repr', value }] }], omitted: 0, listed: false };
  }
  const notes = items.pointers.map((each): ReadMessage => {
    const parts = strOf(values, each);
    return parts === null ? { kind: 'untold', args: values.read(each), attributes: null } : { kind: 'parts', parts };
  });
  return { notes, omitted: items.length - notes.length, listed: true };
}

function itemsOf(
  { python }: ValueReader,
  address: Address,
  { tp_name }: KnownType,
): { readonly length: number; readonly pointers: number[] } {
  const length = python.ssize(address, python.layout.PyVarObject.ob_size);
  const { PyListObject } = python.layout.objects;
  const first =
    tp_name === 'tuple' ? address + python.layout.PyTupleObject.ob_item : python.pointer(address, PyListObject.ob_item);
  const count = Math.max(0, Math.min(length, NOTE_LIMIT));
  const pointers = Array.from({ length: count }, (_, i) =>
    isUserSpace(first) ? python.pointer(first as Address, 8 * i) : 0,
  );
  return { length, pointers };
}

/** Members of PySyntaxErrorObject. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/pyerrors.h */
function readSyntax(values: ValueReader, address: Address): ReadSyntax {
  const { layout } = values.python;
  const { sizeof } = exceptionFieldsOf(layout).base;
  const member = (index: number) => values.python.pointer(address, sizeof + 8 * index);
  const given = (index: number) => {
    const pointer = member(index);
    return pointer === 0 || values.typeOf(pointer)?.tp_name === 'NoneType' ? null : values.read(pointer);
  };
  const number = (index: number) => {
    const tree = given(index)?.tree;
    return tree?.kind === 'int' ? Number(tree.value) : null;
  };
  // From 3.10 on these two stand before the text.
  const hasEnd = !layout.python2 && !['3.6', '3.7', '3.8', '3.9'].includes(layout.version);
  return {
    msg: given(0),
    filename: given(1),
    text: given(hasEnd ? 6 : 4),
    lineno: number(2),
    offset: number(3),
    endLineno: hasEnd ? number(4) : null,
    endOffset: hasEnd ? number(5) : null,
  };
}
