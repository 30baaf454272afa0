/**
 * What was the process started with? The kernel lays argc, the pointers of argv and envp and the auxiliary vector on the
 * first page of the main stack; the vector, which a core holds word for word, is how that place is found again.
 * https://elixir.bootlin.com/linux/v6.6/source/fs/binfmt_elf.c#L174
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MemoryReader } from '../../memory/reader.js';
import { bytesOf, MemoryFault, pointerAt, readCString } from '../../memory/reader.js';
import { AT } from './note-records.js';

/** Above the vector are only the strings; they may be a quarter of the stack limit, but seldom are. */
const SEARCH_BYTES = 4 * 1024 * 1024;
const STEP_BYTES = 64 * 1024;
const MAX_ARGUMENTS = 65_536;
const MAX_ARGUMENT_BYTES = 131_072; // MAX_ARG_STRLEN

/** argv as it stands in memory; null: the main stack (or its upper end) is not in the core. */
export function readCommandLine(
  memory: MemoryReader,
  mappings: readonly Mapping[],
  auxv: ReadonlyMap<number, bigint>,
): string[] | null {
  const execfn = Number(auxv.get(AT.EXECFN) ?? 0n);
  const stack = mappings.find(({ start, end }) => execfn >= start && execfn < end);
  const vectorAt = stack ? findVector(memory, stack, execfn, auxv) : null;
  if (vectorAt === null) return null;
  try {
    return readArguments(memory, vectorAt);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

function findVector(
  memory: MemoryReader,
  stack: Mapping,
  execfn: number,
  auxv: ReadonlyMap<number, bigint>,
): number | null {
  const first = [...auxv].slice(0, 2);
  if (first.length < 2) return null;
  const pattern = Buffer.from(new BigUint64Array(first.flatMap(([type, value]) => [BigInt(type), value])).buffer);
  const lowest = Math.max(stack.start, execfn - SEARCH_BYTES);
  for (let end = execfn; end > lowest; end -= STEP_BYTES) {
    const start = Math.max(lowest, end - STEP_BYTES);
    // A little more than the step, for what lies across its end.
    const size = Math.min(end + pattern.length, stack.end) - start;
    let bytes: Uint8Array;
    try {
      bytes = bytesOf(memory.read(toAddress(start), size));
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(pattern);
    if (at >= 0) return start + at;
  }
  return null;
}

/** Downwards from the vector: NULL, envp, NULL, argv, argc. */
function readArguments(memory: MemoryReader, vectorAt: number): string[] | null {
  const wordAt = (at: number) => pointerAt(memory.read(toAddress(at), 8), 0);
  let at = vectorAt - 16;
  for (let left = MAX_ARGUMENTS; wordAt(at) !== 0; at -= 8) if (left-- === 0) return null;
  const pointers: number[] = [];
  for (at -= 8; ; at -= 8) {
    const word = wordAt(at);
    if (word === pointers.length) break;
    if (!isUserSpace(word) || pointers.length >= MAX_ARGUMENTS) return null;
    pointers.unshift(word);
  }
  return pointers.map((pointer) => readCString(memory, toAddress(pointer), MAX_ARGUMENT_BYTES));
}
