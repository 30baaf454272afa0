// Does an addon lean on nothing but the C library? Read from the file itself: what it needs, of which machine it is, the
// newest version of glibc that any of its symbols asks for, and whether any symbol was forgotten.
import { readFileSync } from 'node:fs';
import { GLIBC } from './targets.mjs';

const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_HASH = 4n;
const DT_SYMTAB = 6n;
const DT_VERSYM = 0x6ffffff0n;
const DT_VERNEED = 0x6ffffffen;
const DT_VERNEEDNUM = 0x6fffffffn;
const SYMBOL_BYTES = 24;
const STB_WEAK = 2;
const VER_NDX_GLOBAL = 1;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;

/**
 * What a shared object asks of the machine. Throws an Error for what is no 64-bit little-endian ELF file.
 * @returns {{ machine: number, needed: string[], versions: string[], missing: string[] }} missing: symbols that nothing
 *   it needs is known to bring; only told where symbols have versions (glibc)
 */
export function requirementsOf(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error(`${file} is no ELF file`);
  const start = Number(bytes.readBigUInt64LE(32));
  const segments = Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
    const at = start + i * bytes.readUInt16LE(54);
    const field = (offset) => Number(bytes.readBigUInt64LE(at + offset));
    return { type: bytes.readUInt32LE(at), offset: field(8), address: field(16), size: field(32) };
  });
  const offsetOf = (address) => {
    const segment = segments.find(
      (each) => each.type === PT_LOAD && address >= each.address && address < each.address + each.size,
    );
    if (!segment) throw new Error(`${file}: nothing of the file is at 0x${address.toString(16)}`);
    return address - segment.address + segment.offset;
  };
  const dynamic = segments.find((each) => each.type === PT_DYNAMIC);
  const entries = [];
  for (let at = dynamic?.offset ?? 0; dynamic && at < dynamic.offset + dynamic.size; at += 16) {
    entries.push([bytes.readBigInt64LE(at), Number(bytes.readBigUInt64LE(at + 8))]);
  }
  const dynamicValue = (tag) => entries.find(([each]) => each === tag)?.[1];
  const strings = offsetOf(dynamicValue(DT_STRTAB) ?? 0);
  const text = (offset) => bytes.toString('latin1', strings + offset, bytes.indexOf(0, strings + offset));
  const needed = entries.filter(([tag]) => tag === DT_NEEDED).map(([, offset]) => text(offset));

  const versions = new Set();
  const verneed = dynamicValue(DT_VERNEED);
  let at = verneed === undefined ? 0 : offsetOf(verneed);
  for (let left = dynamicValue(DT_VERNEEDNUM) ?? 0; left > 0; left--) {
    let aux = at + bytes.readUInt32LE(at + 8);
    for (let count = bytes.readUInt16LE(at + 2); count > 0; count--) {
      versions.add(text(bytes.readUInt32LE(aux + 8)));
      aux += bytes.readUInt32LE(aux + 12);
    }
    at += bytes.readUInt32LE(at + 12);
  }

  // Symbols that some library has to bring, and none is bound to: a library that was forgotten at the link.
  const missing = [];
  const symbols = offsetOf(dynamicValue(DT_SYMTAB) ?? 0);
  const versionIndices = dynamicValue(DT_VERSYM);
  const hash = dynamicValue(DT_HASH);
  const count = hash === undefined ? 0 : bytes.readUInt32LE(offsetOf(hash) + 4);
  for (let i = 1; i < count && versionIndices !== undefined; i++) {
    const symbol = symbols + i * SYMBOL_BYTES;
    const isUndefined = bytes.readUInt16LE(symbol + 6) === 0 && bytes[symbol + 4] >> 4 !== STB_WEAK;
    const isBound = bytes.readUInt16LE(offsetOf(versionIndices) + i * 2) > VER_NDX_GLOBAL;
    if (isUndefined && !isBound) missing.push(text(bytes.readUInt32LE(symbol)));
  }
  return { machine: bytes.readUInt16LE(18), needed, versions: [...versions], missing };
}

/** The newest GLIBC_x.y among symbol versions; null where there is none (musl). */
export function newestGlibc(versions) {
  const numbers = versions.flatMap((version) => /^GLIBC_(\d+)\.(\d+)/.exec(version)?.slice(1, 3).map(Number) ?? []);
  let newest = null;
  for (let i = 0; i < numbers.length; i += 2) {
    const [major, minor] = numbers.slice(i, i + 2);
    if (newest === null || major > newest[0] || (major === newest[0] && minor > newest[1])) newest = [major, minor];
  }
  return newest === null ? null : newest.join('.');
}

/** Throws an Error unless the addon runs wherever its target says. Returns what was found. */
export function checkAddon(file, target) {
  const { machine, needed, versions, missing } = requirementsOf(file);
  // Node.js itself brings these.
  const unknown = missing.filter((name) => !/^(napi_|node_api_)/.test(name));
  const glibc = newestGlibc(versions);
  const tooMuch = needed.filter((name) => !target.mayNeed.includes(name));
  if (machine !== target.elfMachine) throw new Error(`${file} is for machine ${machine}, not ${target.elfMachine}`);
  if (tooMuch.length > 0) throw new Error(`${file} needs ${tooMuch.join(', ')} besides the C library`);
  if (unknown.length > 0) throw new Error(`${file} lacks ${unknown.join(', ')}`);
  if (target.libc === 'musl' && glibc !== null) throw new Error(`${file} is for musl and asks for glibc ${glibc}`);
  if (glibc !== null && isNewer(glibc, GLIBC)) throw new Error(`${file} asks for glibc ${glibc}; ${GLIBC} is promised`);
  return { needed, glibc };
}

function isNewer(version, than) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}
