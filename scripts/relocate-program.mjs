// How can a program of another distribution run from a folder, with that distribution's loader and libraries, and be the
// same program still? The paths of both are written where its first segment is padded to a page: no code, no data and
// no address changes, so what is tested is what was shipped. (patchelf moves headers and notes to pages of their own.)
import { readFileSync, writeFileSync } from 'node:fs';

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0;
const DT_STRTAB = 5;
/** Unlike RUNPATH, it is also searched for the libraries of libraries. */
const DT_RPATH = 15;
const PAGE = 4096;

/**
 * Changes the 64-bit little-endian ELF program `file` to be loaded by `loader` with the libraries in `libraries`, both
 * absolute paths. Throws where there is no room.
 */
export function relocateProgram(file, loader, libraries) {
  const bytes = readFileSync(file);
  const headers = programHeaders(bytes);
  const first = headers.find(({ type, offset }) => type === PT_LOAD && offset === 0);
  const interpreter = headers.find(({ type }) => type === PT_INTERP);
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  if (!first || !interpreter || !dynamic) throw new Error(`${file} is not linked dynamically`);

  const strings = Buffer.from(`${loader}\0${libraries}\0`);
  const at = first.filesz;
  const room = Math.ceil(at / PAGE) * PAGE - at;
  if (strings.length > room || bytes.subarray(at, at + strings.length).some((byte) => byte !== 0)) {
    throw new Error(`${file} has no room for ${strings.length} bytes after its first segment`);
  }
  strings.copy(bytes, at);
  write(bytes, first.at + 32, at + strings.length);
  write(bytes, first.at + 40, at + strings.length);

  const address = first.vaddr + at;
  const { type: _, at: entry } = interpreter;
  for (const [field, value] of [
    [8, at],
    [16, address],
    [24, address],
    [32, loader.length + 1],
    [40, loader.length + 1],
  ]) {
    write(bytes, entry + field, value);
  }
  addRunPath(bytes, dynamic, address + loader.length + 1, file);
  writeFileSync(file, bytes);
}

/** Of the table's spare entries at its end, the first one becomes the search path. */
function addRunPath(bytes, { offset, filesz }, address, file) {
  const entries = Array.from({ length: filesz / 16 }, (_, index) => offset + 16 * index);
  const end = entries.findIndex((entry) => read(bytes, entry) === DT_NULL);
  const strings = entries.find((entry) => read(bytes, entry) === DT_STRTAB);
  if (strings === undefined || end < 0 || end + 1 >= entries.length) throw new Error(`${file} has no spare entry`);
  write(bytes, entries[end], DT_RPATH);
  bytes.writeBigInt64LE(BigInt(address - read(bytes, strings + 8)), entries[end] + 8);
}

function programHeaders(bytes) {
  const start = read(bytes, 32);
  const size = bytes.readUInt16LE(54);
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => {
    const at = start + index * size;
    const [offset, vaddr, filesz] = [8, 16, 32].map((field) => read(bytes, at + field));
    return { at, type: bytes.readUInt32LE(at), offset, vaddr, filesz };
  });
}

function read(bytes, at) {
  return Number(bytes.readBigUInt64LE(at));
}

function write(bytes, at, value) {
  bytes.writeBigUInt64LE(BigInt(value), at);
}
