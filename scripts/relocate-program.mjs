// How can a program of another distribution run from a folder, with that distribution's loader and libraries, and be the
// same program still? The paths of both are added to it where nothing else lies, so what is tested is what was shipped.
import { readFileSync, writeFileSync } from 'node:fs';
import { addStrings, dynamicEntries, programHeaders, readWord, writeWord } from '../packaging/elf-strings.mjs';

const PT_INTERP = 3;
const DT_NULL = 0;
const DT_STRTAB = 5;
/** Unlike RUNPATH, it is also searched for the libraries of libraries. */
const DT_RPATH = 15;

/**
 * Changes the 64-bit little-endian ELF program `file` to be loaded by `loader` with the libraries in `libraries`, both
 * absolute paths. Throws where there is no room.
 */
export function relocateProgram(file, loader, libraries) {
  const bytes = readFileSync(file);
  const interpreter = programHeaders(bytes).find(({ type }) => type === PT_INTERP);
  if (!interpreter) throw new Error(`${file} is not linked dynamically`);
  const { addresses, offsets } = addStrings(bytes, [loader, libraries], file);
  for (const [field, value] of [
    [8, offsets[0]],
    [16, addresses[0]],
    [24, addresses[0]],
    [32, loader.length + 1],
    [40, loader.length + 1],
  ]) {
    writeWord(bytes, interpreter.at + field, value);
  }
  addRunPath(bytes, addresses[1], file);
  writeFileSync(file, bytes);
}

/** Of the table's spare entries at its end, the first one becomes the search path. */
function addRunPath(bytes, address, file) {
  const entries = dynamicEntries(bytes);
  const end = entries.findIndex(({ tag }) => tag === DT_NULL);
  const strings = entries.find(({ tag }) => tag === DT_STRTAB);
  if (strings === undefined || end < 0 || end + 1 >= entries.length) throw new Error(`${file} has no spare entry`);
  writeWord(bytes, entries[end].at, DT_RPATH);
  writeWord(bytes, entries[end].at + 8, address - readWord(bytes, strings.at + 8));
}
