/**
 * Where does a function call certain methods, and on what? Read off its bytecode: the name of the method, and before
 * it how the object is loaded: a variable or a global, and attributes of it. Pure.
 */
import type { Opcodes } from '../layouts/opcodes.js';

/** `root.attribute.attribute.method`, where in the bytecode the method is loaded. */
export interface MethodCall {
  /** Byte offset of the instruction that loads the method. */
  readonly at: number;
  readonly method: string;
  readonly root: Root;
  readonly attributes: readonly string[];
}

export type Root =
  /** Index of a variable's slot. */
  | { readonly kind: 'slot'; readonly index: number }
  /** Index among cells and free variables. */
  | { readonly kind: 'cell'; readonly index: number }
  /** A global, or a name of a module or class body. */
  | { readonly kind: 'name'; readonly name: string };

export interface Instruction {
  /** Byte offset, of what extends its argument apart. */
  readonly at: number;
  readonly opcode: number;
  readonly arg: number;
}

/** From here on instructions have an argument (2.7). https://github.com/python/cpython/blob/v2.7.18/Include/opcode.h#L77 */
const HAVE_ARGUMENT = 90;

/** All that are found up to an instruction that is not read on from. `names`: `co_names`. */
export function findMethodCalls(
  bytecode: Uint8Array,
  names: readonly string[],
  opcodes: Opcodes,
  methods: ReadonlySet<string>,
): MethodCall[] {
  const instructions = decodeInstructions(bytecode, opcodes);
  return instructions.flatMap(({ at, opcode, arg }, i) => {
    const method = attributeName(opcode, arg, names, opcodes);
    if (method === null || !methods.has(method)) return [];
    const attributes: string[] = [];
    for (let j = i - 1; j >= 0; j--) {
      const before = instructions[j];
      if (!before) return [];
      const attribute = attributeName(before.opcode, before.arg, names, opcodes);
      if (attribute !== null) {
        attributes.unshift(attribute);
        continue;
      }
      const root = rootOf(before, names, opcodes);
      return root ? [{ at, method, root, attributes }] : [];
    }
    return [];
  });
}

function attributeName(opcode: number, arg: number, names: readonly string[], opcodes: Opcodes): string | null {
  if (opcodes.LOAD_ATTR.has(opcode)) return names[arg >> opcodes.attrShift] ?? null;
  return opcodes.LOAD_METHOD.has(opcode) ? (names[arg] ?? null) : null;
}

function rootOf({ opcode, arg }: Instruction, names: readonly string[], opcodes: Opcodes): Root | null {
  if (opcodes.LOAD_FAST.has(opcode)) return { kind: 'slot', index: arg };
  if (opcodes.LOAD_FAST_LOAD_FAST.has(opcode)) return { kind: 'slot', index: arg & 15 };
  if (opcodes.LOAD_DEREF.has(opcode)) return { kind: opcodes.derefCountsAll ? 'slot' : 'cell', index: arg };
  const name = opcodes.LOAD_GLOBAL.has(opcode)
    ? names[arg >> opcodes.globalShift]
    : opcodes.LOAD_NAME.has(opcode)
      ? names[arg]
      : undefined;
  return name === undefined ? null : { kind: 'name', name };
}

/** Up to one that stands in place of another. */
export function decodeInstructions(bytecode: Uint8Array, opcodes: Opcodes): Instruction[] {
  const instructions: Instruction[] = [];
  let extended = 0;
  for (let at = 0; at < bytecode.length; ) {
    const opcode = bytecode[at] ?? 0;
    if (opcodes.replaced.has(opcode)) break;
    const isWord = opcodes.units === 'words';
    const hasArgument = isWord || opcode >= HAVE_ARGUMENT;
    const low = hasArgument ? (bytecode[at + 1] ?? 0) : 0;
    const value = isWord ? low : low + 256 * (hasArgument ? (bytecode[at + 2] ?? 0) : 0);
    const arg = extended * (isWord ? 256 : 65_536) + value;
    extended = opcode === opcodes.EXTENDED_ARG ? arg : 0;
    if (opcode !== opcodes.EXTENDED_ARG) instructions.push({ at, opcode, arg });
    at += isWord ? 2 + 2 * (opcodes.caches.get(opcode) ?? 0) : hasArgument ? 3 : 1;
  }
  return instructions;
}

/** Byte offset of the instruction that enters a `with` that is left at `handler`; null: there is none (up to 3.10). */
export function withInstruction(
  instructions: readonly Instruction[],
  handler: number,
  opcodes: Opcodes,
): number | null {
  const { jumpUnit } = opcodes;
  const size = (opcode: number) => (opcodes.units === 'words' || opcode < HAVE_ARGUMENT ? 2 : 3);
  const entry = instructions.find(
    ({ at, opcode, arg }) => opcodes.SETUP_WITH.has(opcode) && at + size(opcode) + arg * jumpUnit === handler,
  );
  return entry?.at ?? null;
}
