// Does an addon lean on nothing but the C library, and on nothing that this library lacks? Read from the file itself: which
// libraries it needs, of which machine it is, and each symbol that it leaves to others, with the version it asks for.
// musl resolves functions when they are first called, so that a missing one shows neither at the link nor at the start.
import { readFileSync } from 'node:fs';
import { libcSymbols } from './libc-symbols.mjs';
import { GLIBC } from './targets.mjs';

const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_HASH = 4n;
const DT_GNU_HASH = 0x6ffffef5n;
const DT_SYMTAB = 6n;
const DT_RELR = 36n;
const DT_VERSYM = 0x6ffffff0n;
const DT_VERNEED = 0x6ffffffen;
const DT_VERNEEDNUM = 0x6fffffffn;
const SYMBOL_BYTES = 24;
const SHN_UNDEF = 0;
const STB_WEAK = 2;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;

/**
 * What a shared object asks of the machine. Throws an Error for what is no 64-bit little-endian shared object.
 * @returns {{ machine: number, needed: string[], wanted: { name: string, version: string | null }[], packed: boolean }}
 *   wanted: the symbols that it cannot do without (weak ones it can); packed: with relocations of a form (DT_RELR) that
 *   loaders know since glibc 2.36 and musl 1.2.4
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

  /** By the number that a symbol has in the table beside the symbols. */
  const versions = new Map();
  const verneed = dynamicValue(DT_VERNEED);
  let at = verneed === undefined ? 0 : offsetOf(verneed);
  for (let left = dynamicValue(DT_VERNEEDNUM) ?? 0; left > 0; left--) {
    let aux = at + bytes.readUInt32LE(at + 8);
    for (let count = bytes.readUInt16LE(at + 2); count > 0; count--) {
      versions.set(bytes.readUInt16LE(aux + 6), text(bytes.readUInt32LE(aux + 8)));
      aux += bytes.readUInt32LE(aux + 12);
    }
    at += bytes.readUInt32LE(at + 12);
  }

  const wanted = [];
  const symbols = offsetOf(dynamicValue(DT_SYMTAB) ?? 0);
  const versionIndices = dynamicValue(DT_VERSYM);
  for (let i = 1; i < symbolCount(); i++) {
    const symbol = symbols + i * SYMBOL_BYTES;
    const isUndefined = bytes.readUInt16LE(symbol + 6) === SHN_UNDEF && bytes[symbol + 4] >> 4 !== STB_WEAK;
    if (!isUndefined) continue;
    const index = versionIndices === undefined ? 0 : bytes.readUInt16LE(offsetOf(versionIndices) + i * 2) & 0x7fff;
    wanted.push({ name: text(bytes.readUInt32LE(symbol)), version: versions.get(index) ?? null });
  }
  return { machine: bytes.readUInt16LE(18), needed, wanted, packed: dynamicValue(DT_RELR) !== undefined };

  /** The GNU table leaves out what the file does not define, and says where the rest begins. */
  function symbolCount() {
    const hash = dynamicValue(DT_HASH);
    if (hash !== undefined) return bytes.readUInt32LE(offsetOf(hash) + 4);
    const gnuHash = dynamicValue(DT_GNU_HASH);
    if (gnuHash === undefined) throw new Error(`${file} does not tell how many symbols it has`);
    return bytes.readUInt32LE(offsetOf(gnuHash) + 4);
  }
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

/**
 * Throws an Error unless the addon runs wherever its target says. Returns what was found.
 * @param {string} file
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @returns {{ needed: string[], glibc: string | null }} glibc: the newest version asked for
 */
export function checkAddon(file, target) {
  const { machine, needed, wanted, packed } = requirementsOf(file);
  const glibc = newestGlibc(wanted.flatMap(({ version }) => version ?? []));
  const tooMuch = needed.filter((name) => !target.mayNeed.includes(name));
  if (machine !== target.elfMachine) throw new Error(`${file} is for machine ${machine}, not ${target.elfMachine}`);
  if (tooMuch.length > 0) throw new Error(`${file} needs ${tooMuch.join(', ')} besides the C library`);
  if (packed) throw new Error(`${file} has packed relocations, which older loaders do not know`);
  if (target.libc === 'musl' && glibc !== null) throw new Error(`${file} is for musl and asks for glibc ${glibc}`);
  if (glibc !== null && isNewer(glibc, GLIBC)) throw new Error(`${file} asks for glibc ${glibc}; ${GLIBC} is promised`);
  const there = libcSymbols(target);
  const lacking = wanted
    .map(({ name, version }) => (version === null ? name : `${name}@${version}`))
    // Node.js itself brings these.
    .filter((symbol) => !/^(napi_|node_api_)/.test(symbol) && !there.has(symbol));
  if (lacking.length > 0) throw new Error(`${file} asks for ${lacking.join(', ')}, which ${target.libc} lacks`);
  return { needed, glibc };
}

function isNewer(version, than) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}
