/**
 * What is the code called that a process made at run time, where it keeps a file for `perf inject`? Such a file (`jit-<pid>.dump`)
 * is known by being mapped executable, as perf knows it. CPython writes it with `-X perf_jit`, CinderX, LLVM and V8 when asked.
 * https://github.com/torvalds/linux/blob/v6.6/tools/perf/Documentation/jitdump-specification.txt
 */
import type { ByteSource } from '../elf/byte-source.js';
import type { MadeSymbol } from './made-module.js';

const MAGIC = 0x4a695444;
/** Of the header: magic, version, its size. */
const HEADER_BYTES = 40;
/** Of a record: which kind, its size, when. */
const RECORD_BYTES = 16;
const JIT_CODE_LOAD = 0;
const JIT_CODE_MOVE = 1;
/** pid, tid, vma, code_addr, code_size, code_index; then the name. */
const LOAD_BYTES = 40;
/** pid, tid, vma, old_code_addr, new_code_addr, code_size, code_index. */
const MOVE_BYTES = 48;
/** Records looked at, and bytes of a name; a forged file is not to take all memory. */
const MOST_RECORDS = 500_000;
const MAX_NAME = 1000;

/** Which file is one, by its path. */
export function isJitdump(path: string): boolean {
  return /\/jit-\d+\.dump$/.test(path);
}

/** What its records say, in their order, up to the first that makes no sense (the last may be in the making). */
export function readJitdump(source: ByteSource): MadeSymbol[] {
  const found: MadeSymbol[] = [];
  const header = viewOf(source, 0, HEADER_BYTES);
  if (
    header === null ||
    header.byteLength < HEADER_BYTES ||
    header.getUint32(0, true) !== MAGIC ||
    header.getUint32(4, true) !== 1
  )
    return found;
  let at = Math.max(header.getUint32(8, true), HEADER_BYTES);
  /** By `code_index`, which is what a move names. */
  const names = new Map<bigint, string>();
  for (let n = 0; n < MOST_RECORDS; n++) {
    const record = viewOf(source, at, RECORD_BYTES + LOAD_BYTES + MAX_NAME);
    if (record === null || record.byteLength < RECORD_BYTES) return found;
    const [kind, size] = [record.getUint32(0, true), record.getUint32(4, true)];
    if (size < RECORD_BYTES || at + size > source.size) return found;
    const word = (offset: number) => record.getBigUint64(RECORD_BYTES + offset, true);
    if (kind === JIT_CODE_LOAD && size > RECORD_BYTES + LOAD_BYTES) {
      const name = nameIn(record, Math.min(size, record.byteLength));
      if (name !== null) {
        names.set(word(32), name);
        found.push({ start: Number(word(16)), size: Number(word(24)), name });
      }
    } else if (
      kind === JIT_CODE_MOVE &&
      size >= RECORD_BYTES + MOVE_BYTES &&
      record.byteLength >= RECORD_BYTES + MOVE_BYTES
    ) {
      const name = names.get(word(40));
      if (name !== undefined) found.push({ start: Number(word(24)), size: Number(word(32)), name });
    }
    at += size;
  }
  return found;
}

function nameIn(record: DataView, end: number): string | null {
  const bytes = new Uint8Array(
    record.buffer,
    record.byteOffset + RECORD_BYTES + LOAD_BYTES,
    end - RECORD_BYTES - LOAD_BYTES,
  );
  const length = bytes.indexOf(0);
  if (length === 0 || (length < 0 && bytes.length < MAX_NAME)) return null;
  return new TextDecoder().decode(length < 0 ? bytes : bytes.subarray(0, length));
}

/** As much of these bytes as the file has; null: none. */
function viewOf(source: ByteSource, at: number, length: number): DataView | null {
  const there = Math.min(length, source.size - at);
  if (there <= 0) return null;
  const bytes = source.read(at, there);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
