// How is a program told to take a library, a loader, from another path, and is the same program still? The new paths are
// written where its first segment is padded to a page, and what names the old ones is pointed there: no code, no data and
// no address changes. (patchelf moves headers and notes to pages of their own.)

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;
const PAGE = 4096;

/**
 * Adds strings to a 64-bit little-endian ELF file, in place. Throws an Error where there is no room, or nothing dynamic.
 * @param {Buffer} bytes
 * @param {string[]} strings
 * @param {string} name of the file, for errors
 * @returns {{ addresses: number[], offsets: number[] }} of each string, when loaded and in the file
 */
export function addStrings(bytes, strings, name) {
  const headers = programHeaders(bytes);
  const first = headers.find(({ type, offset }) => type === PT_LOAD && offset === 0);
  if (!first || !headers.some(({ type }) => type === PT_DYNAMIC)) throw new Error(`${name} is not linked dynamically`);
  const text = Buffer.from(strings.map((each) => `${each}\0`).join(''));
  const at = first.filesz;
  const room = Math.ceil(at / PAGE) * PAGE - at;
  if (text.length > room || bytes.subarray(at, at + text.length).some((byte) => byte !== 0))
    throw new Error(`${name} has no room for ${text.length} bytes after its first segment`);
  text.copy(bytes, at);
  writeWord(bytes, first.at + 32, at + text.length);
  writeWord(bytes, first.at + 40, at + text.length);
  const offsets = strings.map(
    (_, i) =>
      at +
      Buffer.byteLength(
        strings
          .slice(0, i)
          .map((each) => `${each}\0`)
          .join(''),
      ),
  );
  return { offsets, addresses: offsets.map((offset) => first.vaddr + offset) };
}

/**
 * Makes a program or library load what it needs from other paths, in place; names that it does not need are left out.
 * @param {Buffer} bytes
 * @param {Record<string, string>} paths by the name that the file has for the library
 * @param {string} name of the file, for errors
 */
export function redirectNeeded(bytes, paths, name) {
  const entries = dynamicEntries(bytes);
  const table = value(entries, DT_STRTAB);
  const tableOffset = offsetOf(bytes, table);
  const nameAt = (offset) => bytes.toString('latin1', tableOffset + offset, bytes.indexOf(0, tableOffset + offset));
  const needed = entries.filter(({ tag }) => tag === DT_NEEDED);
  const redirected = [];
  for (const { value: offset } of needed.filter((entry) => paths[nameAt(entry.value)] !== undefined)) {
    const old = nameAt(offset);
    // The long names of bundled libraries have room for it, and lie in tables that were moved elsewhere.
    if (paths[old].length <= old.length)
      bytes.write(paths[old].padEnd(old.length, '\0'), tableOffset + offset, 'latin1');
    else redirected.push(old);
  }
  if (redirected.length === 0) return;
  const { addresses } = addStrings(
    bytes,
    redirected.map((old) => paths[old]),
    name,
  );
  /** The place of the new name relative to the string table, or null: it stays. */
  const replacement = (offset) => {
    const i = redirected.indexOf(nameAt(offset));
    return i < 0 ? null : addresses[i] - table;
  };
  const moved = needed.map((entry) => ({ at: entry.at + 8, to: replacement(entry.value) }));
  for (const { at, to } of moved.filter(({ to }) => to !== null)) writeWord(bytes, at, to);
  // Versions of symbols are asked of a library by the same name.
  let left = value(entries, DT_VERNEEDNUM) ?? 0;
  for (let at = left > 0 ? offsetOf(bytes, value(entries, DT_VERNEED)) : 0; left > 0; left--) {
    const to = replacement(bytes.readUInt32LE(at + 4));
    if (to !== null) bytes.writeUInt32LE(to, at + 4);
    at += bytes.readUInt32LE(at + 12);
  }
}

/** What a library calls itself, and others call it; null where it has no name. */
export function sonameOf(bytes) {
  const entries = dynamicEntries(bytes);
  const name = value(entries, DT_SONAME);
  if (name === undefined) return null;
  const at = offsetOf(bytes, value(entries, DT_STRTAB)) + name;
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

/** Program headers, each with its own place in the file (`at`). */
export function programHeaders(bytes) {
  const start = readWord(bytes, 32);
  const size = bytes.readUInt16LE(54);
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => {
    const at = start + index * size;
    const [offset, vaddr, filesz] = [8, 16, 32].map((field) => readWord(bytes, at + field));
    return { at, type: bytes.readUInt32LE(at), offset, vaddr, filesz };
  });
}

/** The entries of the dynamic section, with those that end it and are spare. */
export function dynamicEntries(bytes) {
  const dynamic = programHeaders(bytes).find(({ type }) => type === PT_DYNAMIC);
  return Array.from({ length: (dynamic?.filesz ?? 0) / 16 }, (_, index) => {
    const at = dynamic.offset + 16 * index;
    return { at, tag: readWord(bytes, at), value: readWord(bytes, at + 8) };
  });
}

export function readWord(bytes, at) {
  return Number(bytes.readBigUInt64LE(at));
}

export function writeWord(bytes, at, number) {
  bytes.writeBigUInt64LE(BigInt(number), at);
}

function value(entries, tag) {
  const end = entries.findIndex((entry) => entry.tag === DT_NULL);
  return entries.slice(0, end).find((entry) => entry.tag === tag)?.value;
}

function offsetOf(bytes, address) {
  const segment = programHeaders(bytes).find(
    ({ type, vaddr, filesz }) => type === PT_LOAD && address >= vaddr && address < vaddr + filesz,
  );
  if (!segment) throw new Error(`nothing of the file is at 0x${address.toString(16)}`);
  return address - segment.vaddr + segment.offset;
}
