/**
 * What are a frame's arguments and local variables? The slots are the frame's, so they are read with the thread that it
 * belongs to; the objects they lead to are everybody's.
 */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { type MemoryReader, pointerAt, readPointer } from '../../memory/reader.js';
import type { Variable } from '../../snapshot.js';
import { readDict } from '../dict.js';
import { UnsettingCode, wasCompiled } from '../foreign-frames.js';
import type { Layout } from '../layouts/layout.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import type { LocalName, LocalNames } from './local-names.js';
import { withoutFilledFields } from './secret-items.js';
import { invalid, type ReadValue, type ValueReader } from './value-reader.js';

/** A variable, as it was read. */
export interface ReadVariable {
  readonly name: string;
  readonly kind: Variable['kind'];
  readonly value: ReadValue;
}

export interface FrameVariables {
  readonly arguments: readonly ReadVariable[];
  readonly locals: readonly ReadVariable[];
  /** Names in a class body or module that were left out for their number. */
  readonly omittedLocals: number;
  /** How many of their values cannot be read, wholly or in part. */
  readonly unreadable: number;
  /** Why names or slots could not be read. */
  readonly problem: string | null;
}

/** What a variable's place in a frame holds: a pointer, or why it is lost and where it was. */
type Slot = number | { readonly at: Address; readonly problem: string };

/** The variables of what a frame holds. Throws only what is not a failure of the target's memory. */
export function readVariables(frames: Python, values: ValueReader, frame: FrameInHand): FrameVariables {
  const { address, names } = frame;
  try {
    if (frame.foreign) return notKept(names);
    const slots = readSlots(frames, address, names.slots);
    const dict = names.inDict ? readDictVariables(frames, values, address) : null;
    if (keepsElsewhere(frames, values, frame, slots)) return notKept(names, slots, values);
    const args = slotVariables([], names.arguments, slots, values);
    const locals = slotVariables(dict?.variables ?? [], names.locals, slots, values);
    const unreadable = unreadableIn(args) + unreadableIn(locals);
    const shown = withoutFilledVariables([...args, ...locals], values);
    return {
      arguments: shown.slice(0, args.length),
      locals: shown.slice(args.length),
      omittedLocals: dict?.omitted ?? 0,
      unreadable,
      problem: null,
    };
  } catch (error) {
    return { arguments: [], locals: [], omittedLocals: 0, unreadable: 0, problem: reasonOf(error) };
  }
}

/** A call that logs or asks a database has a text, and beside it what that is filled with. */
function withoutFilledVariables(variables: readonly ReadVariable[], { secrets }: ValueReader): readonly ReadVariable[] {
  return withoutFilledFields(
    variables,
    ({ name, value: { tree } }) => ({ name, tree }),
    (variable, tree) => ({ ...variable, value: { ...variable.value, tree } }),
    secrets,
  );
}

export interface FrameInHand {
  readonly address: Address;
  readonly names: LocalNames;
  /** The code object that it has begun to run; null: it has not, or which is not known. */
  readonly code: Address | null;
  /** Whether somebody else than the interpreter made it. */
  readonly foreign: boolean;
}

/**
 * Whether variables are kept elsewhere: an argument has no value that the code cannot have taken from it, what has a cell has
 * none, or no variable has one in a frame whose function was compiled at run time.
 */
function keepsElsewhere(python: Python, values: ValueReader, frame: FrameInHand, slots: readonly Slot[]): boolean {
  const { names, code, address } = frame;
  if (code === null || names.slots === 0) return false;
  // In loops: there are tens of thousands of frames.
  for (const { slot, hidden } of names.arguments) {
    if (!hidden && slots[slot] === 0 && !python.the(UnsettingCode).has(code, slot)) return true;
  }
  for (const { kind, slot, hidden } of names.locals) {
    if (kind === 'free' && !hidden && slots[slot] === 0) return true;
  }
  if (hasAny(names.arguments, slots) || hasAny(names.locals, slots)) return false;
  return wasCompiled(python, values.python, address);
}

/** Whether one that needs no cell has a value. */
function hasAny(names: readonly LocalName[], slots: readonly Slot[]): boolean {
  for (const { inCell, slot } of names) if (!inCell && slots[slot] !== 0) return true;
  return false;
}

const NOT_KEPT: ReadValue = { type: null, tree: { kind: 'not-kept' }, problem: null };

/** The names of variables that are not kept in their frame, with the values that are there all the same. */
function notKept(names: LocalNames, slots: readonly Slot[] = [], values: ValueReader | null = null): FrameVariables {
  const all = (some: readonly LocalName[]) =>
    some
      .filter(({ hidden }) => !hidden)
      .map((name): ReadVariable => {
        const pointer = slots[name.slot] ?? 0;
        if (pointer !== 0 && values !== null) return variableOf(name, pointer, values);
        return { name: name.name, kind: name.kind, value: NOT_KEPT };
      });
  const [args, locals] = [all(names.arguments), all(names.locals)];
  const unreadable = unreadableIn(args) + unreadableIn(locals);
  return { arguments: args, locals, omittedLocals: 0, unreadable, problem: null };
}

function unreadableIn(variables: readonly ReadVariable[]): number {
  let count = 0;
  for (const { value } of variables) if (value.problem !== null) count++;
  return count;
}

/** Adds the variables that are in slots to those that are not. */
function slotVariables(
  variables: ReadVariable[],
  names: readonly LocalName[],
  slots: readonly Slot[],
  values: ValueReader,
): ReadVariable[] {
  for (const name of names) {
    const pointer = slots[name.slot] ?? 0;
    if (!name.hidden || pointer !== 0) variables.push(variableOf(name, pointer, values));
  }
  return variables;
}

function readSlots(python: Python, frame: Address, count: number): Slot[] {
  const slots: Slot[] = [];
  if (count === 0) return slots;
  const { frames } = python.layout;
  const offset =
    frames.kind === 'frame-objects' ? frames.PyFrameObject.f_localsplus : frames._PyInterpreterFrame.localsplus;
  const start = offsetBy(frame, offset);
  const { memory } = python.values;
  try {
    const view = memory.read(start, 8 * count);
    for (let i = 0; i < count; i++) slots.push(untagged(pointerAt(view, 8 * i), python.layout));
  } catch (error) {
    if (memory.doubt === undefined) throw error;
    // What is lost of a core may be only some of them: a frame may lie on several pages.
    for (let i = 0; i < count; i++) slots.push(readSlot(memory, offsetBy(start, 8 * i), python.layout));
    if (!slots.some((slot) => typeof slot === 'number')) throw error;
  }
  return slots;
}

function readSlot(memory: MemoryReader, at: Address, layout: Layout): Slot {
  try {
    return untagged(readPointer(memory, at), layout);
  } catch (error) {
    return { at, problem: reasonOf(error) };
  }
}

/** A slot's pointer without its tag bits. */
function untagged(word: number, { frames }: Layout): number {
  if (frames.kind === 'frame-objects' || frames.tagMask === 0) return word;
  return word - (word % (frames.tagMask + 1));
}

function variableOf({ name, kind, inCell }: LocalName, pointer: Slot, values: ValueReader): ReadVariable {
  if (typeof pointer !== 'number') return { name, kind, value: lost(pointer) };
  if (!inCell || pointer === 0) return { name, kind, value: values.readNamed(name, pointer) };
  try {
    // Until the function's first instructions have run, an argument is not in its cell yet.
    const cell = values.typeOf(pointer)?.tp_name === 'cell';
    const { ob_ref } = values.python.layout.objects.PyCellObject;
    const content = cell ? values.python.pointer(toAddress(pointer), ob_ref) : pointer;
    return { name, kind, value: values.readNamed(name, content) };
  } catch (error) {
    return { name, kind, value: invalid(pointer, error) };
  }
}

function lost({ at, problem }: Slot & object): ReadValue {
  return { type: null, tree: { kind: 'unreadable', address: at, type: null, reason: problem }, problem };
}

/** Names of a class body or module that are looked at. */
const NAMES_LIMIT = 10_000;

/**
 * The names in `f_locals`, in the order of their definition, without those that Python itself puts there (`__name__`).
 * At module level, where that dict is `f_globals`, what was imported or defined is left out as well: modules, functions
 * and classes are the program, not its state.
 */
function readDictVariables(
  frames: Python,
  values: ValueReader,
  frame: Address,
): { variables: ReadVariable[]; omitted: number } {
  const { frames: layout } = frames.layout;
  const fields = layout.kind === 'frame-objects' ? layout.PyFrameObject : layout._PyInterpreterFrame;
  const pointer = (offset: number) => untagged(frames.pointer(frame, offset), frames.layout);
  const locals = pointer(fields.f_locals);
  if (locals === 0 || !isDict(locals, values)) return { variables: [], omitted: 0 };
  const isModule = locals === pointer(fields.f_globals);
  const { items, truncated } = readDict(values.python, toAddress(locals), NAMES_LIMIT);
  const named = items
    .map(({ key, value }) => ({ name: values.types.text(key), value }))
    .filter((item): item is { name: string; value: number } => item.name !== null && !/^__.*__$/s.test(item.name))
    .filter(({ value }) => !isModule || !isDefinition(value, values));
  const shown = named.slice(0, values.maxItems);
  return {
    variables: shown.map(({ name, value }) => ({ name, kind: 'local', value: values.readNamed(name, value) })),
    omitted: named.length - shown.length + (truncated ? 1 : 0),
  };
}

function isDict(pointer: number, values: ValueReader): boolean {
  for (let type = values.typeOf(pointer); type; type = type.base) if (type.tp_name === 'dict') return true;
  return false;
}

const DEFINITIONS: ReadonlySet<string> = new Set(['module', 'function', 'builtin_function_or_method', 'classobj']);

function isDefinition(pointer: number, values: ValueReader): boolean {
  const type = values.typeOf(pointer);
  return type !== null && (type.isMeta || DEFINITIONS.has(type.tp_name));
}
