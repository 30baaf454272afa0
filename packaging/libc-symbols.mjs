// What does the C library of each target export? Asked of what the compiler brings to link against: musl's stub, which
// lists every symbol of its version, and the lists of every version of glibc. Neither is a list of ours.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMPILER_ENVIRONMENT, compiler, run } from './downloads.mjs';
import { GLIBC } from './targets.mjs';

/**
 * What musl 1.2.0, the oldest that is promised (musllinux_1_2, PEP 656), lacks of what the compiler's musl has: the
 * functions that the notes of releases 1.2.1 to 1.2.5 name as added. https://git.musl-libc.org/cgit/musl/tree/WHATSNEW
 */
const AFTER_MUSL_1_2_0 = new Set(
  '_Fork gettid preadv2 pthread_getname_np pwritev2 qsort_r reallocarray statx tcgetwinsize tcsetwinsize'.split(' '),
);

/**
 * The symbols that may be asked of the C library of a target: `name` with musl, `name@GLIBC_x.y` with glibc.
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @returns {Set<string>}
 */
export function libcSymbols(target) {
  const known = remembered.get(target.name);
  if (known) return known;
  const folder = join(dirname(compiler()), 'lib/libc');
  const symbols =
    target.libc === 'musl'
      ? muslSymbols(join(folder, 'musl/libc.S'), target.cpu)
      : glibcSymbols(readFileSync(join(folder, 'glibc/abilists')), `${target.cpu}-linux-gnu`, GLIBC);
  remembered.set(target.name, symbols);
  return symbols;
}
const remembered = new Map();

/** The stub is assembler, with conditions on the architecture: what remains of it behind the preprocessor. */
function muslSymbols(stub, cpu) {
  const family = cpu === 'x86_64' ? 'x86' : cpu;
  const defines = ['PTR64', `ARCH_${cpu}`, `FAMILY_${family}`].map((name) => `-D${name}`);
  const args = ['cc', '-E', '-P', '-x', 'assembler-with-cpp', ...defines, stub];
  const text = run(compiler(), args, { environment: COMPILER_ENVIRONMENT });
  const symbols = [...text.matchAll(/^\s*\.(?:globl|weak)\s+(\S+)/gm)].map(([, name]) => name);
  if (symbols.length < 1000) throw new Error(`${stub} names ${symbols.length} symbols: its form has changed`);
  return new Set(symbols.filter((name) => !AFTER_MUSL_1_2_0.has(name)));
}

/**
 * The symbols of one architecture in a glibc of that version. The file holds libraries, versions and architectures, then
 * functions, then objects: a name, and for each set of architectures and library the versions under which it is there.
 * https://codeberg.org/ziglang/glibc-abi-tool
 * @param {Buffer} bytes
 */
export function glibcSymbols(bytes, architecture, newest) {
  let at = 0;
  const byte = () => bytes.readUInt8(at++);
  const text = () => {
    const from = at;
    at = bytes.indexOf(0, from) + 1;
    return bytes.toString('latin1', from, at - 1);
  };
  const uleb = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const next = byte();
      value |= BigInt(next & 0x7f) << shift;
      if ((next & 0x80) === 0) return value;
    }
  };
  const list = (read) => Array.from({ length: byte() }, read);
  list(text); // libraries
  const versions = list(() => [byte(), byte(), byte()]);
  const wanted = list(text).indexOf(architecture);
  const [major, minor] = newest.split('.').map(Number);
  const last = versions.findLastIndex(([first, second]) => first < major || (first === major && second <= minor));
  if (wanted < 0 || last < 0) throw new Error(`the lists of glibc know no ${architecture} with ${newest}`);
  const names = versions.map(([first, second, third]) => `GLIBC_${first}.${second}${third > 0 ? `.${third}` : ''}`);

  const symbols = new Set();
  const UNVERSIONED = 0x20;
  const TERMINAL = 0x80;
  for (const isObject of [false, true]) {
    let left = bytes.readUInt16LE(at);
    at += 2;
    for (let name = null; left > 0; left--) {
      name ??= text();
      const isThere = ((uleb() >> BigInt(wanted)) & 1n) === 1n;
      if (isObject) uleb(); // its size
      const library = byte();
      for (let more = true; more; ) {
        const version = byte();
        more = (version & 0x80) === 0;
        const index = version & 0x7f;
        if (isThere && index <= last && (library & UNVERSIONED) === 0) symbols.add(`${name}@${names[index]}`);
      }
      if ((library & TERMINAL) !== 0) name = null;
    }
  }
  return symbols;
}
