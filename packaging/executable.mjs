// How is everything one file? The launcher, then Bun with our program compiled into it, at a multiple of the largest page,
// then what the launcher hands over, then a table of all this. docs/decisions/022-one-file.md says why it is not just what
// Bun makes, and 028-bun-for-the-one-file.md why it is Bun.
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programInChunks } from './bundle/chunks.mjs';
import { lazyBuiltins } from './bundle/lazy-builtins.mjs';
import { pageAssets } from './bundle/page-assets.mjs';
import { rareParts } from './bundle/rare-parts.mjs';
import { bunPackage, CACHE, npmPackage, PINS, pipWheel, run, unzip } from './downloads.mjs';
import { redirectNeeded, sonameOf } from './elf-strings.mjs';
import { freestandingProgram } from './freestanding.mjs';
import { executableLicences } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Of AArch64 kernels; those of x86-64 have 4 KiB. */
const LARGEST_PAGE = 65536;
/** launcher.c's struct Part and Table. */
const NAME_BYTES = 40;
const PART_BYTES = NAME_BYTES + 24;
const MAX_PARTS = 8;
const MAGIC = 'pystack1';
/** For what the program reads from the file, if anybody asks; launcher.c's kNotHandedOver. */
const NOT_HANDED_OVER = 2n ** 64n - 1n;
/** Where the parts are found. */
const DESCRIPTORS = { pystack_native: 241, pystack_unwind: 242, libstdcxx: 243, libgcc: 244 };

/** The executable for one target, and its SBOM beside it; returns their paths. */
export async function makeExecutable(target, addons, work, into) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  mkdirSync(work, { recursive: true });
  const { runtime, libraries } = withLibraries(target, compiled(target, await program(version), work));
  const licences = executableLicences(target, version);
  const parts = [
    { name: 'pystack', bytes: runtime, descriptor: 0 },
    ...['pystack_native', 'pystack_unwind'].map((name) => ({
      name,
      bytes: readFileSync(join(addons, `${name}.node`)),
      descriptor: DESCRIPTORS[name],
    })),
    ...libraries,
    { name: 'licences', bytes: Buffer.from(licences.text), descriptor: NOT_HANDED_OVER },
  ];
  if (parts.length > MAX_PARTS) throw new Error(`launcher.c has room for ${MAX_PARTS} parts`);
  const file = join(into, `pystack-${version}-${target.name}`);
  const fd = openSync(`${file}.partial`, 'w');
  try {
    let end = 0;
    const append = (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, end + at);
      end += bytes.length;
    };
    append(readFileSync(freestandingProgram('launcher', target, work)));
    const table = Buffer.alloc(MAX_PARTS * PART_BYTES + 16);
    parts.forEach(({ name, bytes, descriptor }, i) => {
      append(Buffer.alloc((LARGEST_PAGE - (end % LARGEST_PAGE)) % LARGEST_PAGE));
      table.write(name, i * PART_BYTES, NAME_BYTES - 1, 'latin1');
      [end, bytes.length, descriptor].forEach((value, field) => {
        table.writeBigUInt64LE(BigInt(value), i * PART_BYTES + NAME_BYTES + field * 8);
      });
      append(bytes);
    });
    table.writeBigUInt64LE(BigInt(parts.length), MAX_PARTS * PART_BYTES);
    table.write(MAGIC, MAX_PARTS * PART_BYTES + 8, 'latin1');
    append(table);
  } finally {
    closeSync(fd);
  }
  chmodSync(`${file}.partial`, 0o755);
  renameSync(`${file}.partial`, file);
  writeFileSync(`${file}.cdx.json`, licences.sbom);
  return [file, `${file}.cdx.json`];
}

/** The program, which finds its addons among its open files. */
async function program(version) {
  return programInChunks({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    target: 'esnext',
    plugins: [rareParts(root), lazyBuiltins],
    define: {
      ...(await pageAssets()),
      'import.meta.url': '"file:///proc/self/exe"',
      'import.meta.dirname': '"/proc/self"',
      PYSTACK_SINGLE_EXECUTABLE: 'true',
      PYSTACK_VERSION: JSON.stringify(version),
    },
  });
}

/**
 * Bun for that target with the program in it, compiled to its bytecode. The Bun of this machine does that for each.
 * Without `--minify-identifiers`: names in stack traces stay ours. What lies in the folder where it is started is none of
 * its business (bunfig.toml, .env). It optimizes 16 times later: a look is over before optimized code could pay.
 */
function compiled({ name, arch, libc }, script, work) {
  // In the executable the program is called as these files are.
  const folder = join(work, `bun-${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pystack.cjs'), script);
  const bun = bunFor(arch, libc);
  const args = ['build', 'pystack.cjs', '--compile', '--bytecode', '--minify-whitespace', '--minify-syntax'];
  const quiet = ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((each) => `--no-compile-autoload-${each}`);
  const target = [`--target=bun-linux-${arch}${libc === 'musl' ? '-musl' : ''}`, `--compile-executable-path=${bun}`];
  run(
    bunFor(process.arch, libcHere()),
    [...args, ...quiet, '--compile-jit-policy=16', ...target, '--outfile=pystack'],
    {
      cwd: folder,
    },
  );
  return join(folder, 'pystack');
}

function bunFor(arch, libc) {
  return join(npmPackage(bunPackage(arch, libc)), 'bin/bun');
}

function libcHere() {
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/**
 * The run-time system, and the libraries it needs besides the C library: with musl the C++ run-time library, which such
 * systems do not bring. They are handed over as well, and it is told to find them among its open files.
 */
function withLibraries({ arch, libc }, file) {
  if (libc === 'glibc') return { runtime: readFileSync(file), libraries: [] };
  const folder = muslLibraries(arch);
  const below = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  const libraries = RUN_TIME.map(({ name, pattern }) => {
    const found = below.find((each) => pattern.test(basename(each)) && lstatSync(each).isFile());
    if (!found) throw new Error(`${folder} has no ${name}`);
    return { name, file: found, descriptor: DESCRIPTORS[name] };
  });
  const paths = Object.fromEntries(
    // The files themselves are called otherwise than what asks for them (libstdc++-0d31ccbe.so.6.0.32).
    libraries.flatMap(({ file: library, name, descriptor }) =>
      [sonameOf(readFileSync(library)), SONAMES[name]].map((soname) => [soname, `/proc/self/fd/${descriptor}`]),
    ),
  );
  const redirected = (path) => {
    const bytes = readFileSync(path);
    redirectNeeded(bytes, paths, path);
    return bytes;
  };
  return {
    runtime: redirected(file),
    libraries: libraries.map(({ name, descriptor, file: library }) => ({
      name,
      descriptor,
      bytes: redirected(library),
    })),
  };
}

/** GCC's, by the beginnings of their files' names. */
const RUN_TIME = [
  { name: 'libstdcxx', pattern: /^libstdc\+\+(-|\.so)/ },
  { name: 'libgcc', pattern: /^libgcc_s(-|\.so)/ },
];
const SONAMES = { libstdcxx: 'libstdc++.so.6', libgcc: 'libgcc_s.so.1' };

/** Where they come from: a wheel of PyPI that brings those of Alpine Linux. */
function muslLibraries(arch) {
  const name = `node-musl-${arch}`;
  const folder = join(CACHE, `${name}-${PINS.pip[name].version}`);
  if (!existsSync(folder)) unzip(pipWheel(name), folder);
  return folder;
}
