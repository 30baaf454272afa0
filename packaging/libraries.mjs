// Which files of which library go into the addon for native stacks, and how are they compiled? The lists are those of the
// libraries' own Makefile.am; the linker then takes from the archive what is used.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {Record<string, string>} sources unpacked source folders by package name
 * @param {string} configs this folder, with the configuration headers
 * @returns {{ name: string, folder: string, files: string[], flags: string[] }[]} files relative to folder
 */
export function libraries(sources, configs) {
  const { elfutils, zlib, libzstd, libiberty } = sources;
  const xz = sources['xz-utils'];
  return [
    { name: 'backends', folder: join(configs, 'elfutils'), files: ['without_backends.c'], flags: [] },
    {
      name: 'elfutils',
      folder: elfutils,
      files: [
        ...automakeSources(elfutils, 'libelf', 'libelf_a_SOURCES'),
        ...automakeSources(elfutils, 'libdw', 'libdw_a_SOURCES'),
        ...['dwelf_elf_gnu_debuglink.c', 'dwelf_dwarf_gnu_debugaltlink.c', 'dwelf_elf_gnu_build_id.c'].map(
          (file) => `libdwelf/${file}`,
        ),
        // elf_begin() names the libelf of an Ebl, and libdw looks through ELF notes for build ids, with these.
        ...['lib/eu-search.c', 'lib/next_prime.c', 'lib/crc32.c', 'lib/xmalloc.c'],
        // musl has no error(), and says so only when the addon is loaded.
        'lib/error.c',
      ],
      flags: [
        '-std=gnu11',
        '-DHAVE_CONFIG_H',
        // Without symbol versions, which are for shared libraries.
        `-I${join(configs, 'elfutils')}`,
        ...['lib', 'libelf', 'libdw', 'libdwelf', 'libebl', 'libdwfl'].map((name) => `-I${join(elfutils, name)}`),
        `-I${zlib}`,
        `-I${join(libzstd, 'lib')}`,
      ],
    },
    {
      name: 'zlib',
      folder: zlib,
      files: [...'adler32 compress crc32 deflate inffast inflate inftrees trees uncompr zutil'.split(' ')].map(
        (name) => `${name}.c`,
      ),
      flags: ['-DHAVE_UNISTD_H', '-DHAVE_STDARG_H'],
    },
    {
      name: 'libzstd',
      folder: libzstd,
      files: ['common', 'decompress'].flatMap((name) => filesOf(libzstd, `lib/${name}`)),
      // The assembler part is for x86-64 alone.
      flags: ['-DZSTD_DISABLE_ASM', '-DZSTD_LEGACY_SUPPORT=0', '-DZSTD_TRACE=0', '-DXXH_NAMESPACE=ZSTD_'],
    },
    {
      name: 'xz-utils',
      folder: xz,
      files: [
        ...['common', 'lzma', 'lz', 'simple', 'delta', 'check'].flatMap((name) => xzDecoderFiles(xz, name)),
        'src/common/tuklib_physmem.c',
      ],
      flags: [
        '-DHAVE_STDINT_H -DHAVE_STDBOOL_H -DHAVE_INTTYPES_H -DHAVE_DECODERS -DHAVE_DECODER_LZMA1 -DHAVE_DECODER_LZMA2',
        '-DHAVE_DECODER_X86 -DHAVE_DECODER_ARM64 -DHAVE_DECODER_DELTA -DHAVE_CHECK_CRC32 -DHAVE_CHECK_CRC64',
        '-DHAVE_CHECK_SHA256 -DTUKLIB_SYMBOL_PREFIX=lzma_ -DTUKLIB_PHYSMEM_SYSCONF -DSIZEOF_SIZE_T=8 -DLZMA_API_STATIC',
        '-DHAVE_VISIBILITY=0 -DMYTHREAD_POSIX -DHAVE_CLOCK_MONOTONIC -DHAVE_CLOCK_GETTIME',
      ]
        .flatMap((line) => line.split(' '))
        .concat(
          ['src/common', ...XZ_FOLDERS.map((name) => `src/liblzma/${name}`)].map((name) => `-I${join(xz, name)}`),
        ),
    },
    {
      name: 'libiberty',
      folder: libiberty,
      files: ['cp-demangle.c', 'rust-demangle.c', 'safe-ctype.c'].map((file) => `libiberty/${file}`),
      flags: ['-DHAVE_CONFIG_H', `-I${join(configs, 'libiberty')}`, `-I${join(libiberty, 'include')}`],
    },
  ];
}

const XZ_FOLDERS = ['api', 'common', 'check', 'lz', 'rangecoder', 'lzma', 'delta', 'simple'];

/** What unpacks: neither encoders, nor threads, nor tools that make the tables, nor other machines' branch filters. */
const XZ_LEFT_OUT =
  /encoder|_mt\.c|outqueue|tablegen|_gen\.c|_small\.c|microlzma|lzip|easy_|string_conversion|hardware_cputhreads|fastpos|(arm|armthumb|ia64|powerpc|riscv|sparc)\.c$/;

function xzDecoderFiles(xz, name) {
  return filesOf(xz, `src/liblzma/${name}`).filter((file) => !XZ_LEFT_OUT.test(file));
}

function filesOf(root, folder) {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** The .c files of a variable of a Makefile.am. Throws an Error where there is no such variable. */
function automakeSources(root, folder, variable) {
  const path = join(root, folder, 'Makefile.am');
  const text = readFileSync(path, 'utf8').replace(/\\\n/g, ' ');
  const value = new RegExp(`^${variable}\\s*=(.*)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${path} says nothing of ${variable}`);
  const files = value.trim().split(/\s+/);
  const missing = files.find((file) => !existsSync(join(root, folder, file)));
  if (missing !== undefined) throw new Error(`${path} lists ${missing}, which is not there`);
  return files.filter((file) => file.endsWith('.c')).map((file) => `${folder}/${file}`);
}
